import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.util.Arrays;
import java.util.Collection;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;

/** One check per argument, words separated by commas; prints one line per check. */
public final class PkiObjects {
  public static void main(String[] checks) {
    Security.addProvider(new BouncyCastleProvider());
    for (String check : checks) {
      try {
        System.out.println(run(check.split(",")));
      } catch (Exception error) {
        System.out.println("refused " + error.getClass().getSimpleName());
      }
    }
  }

  private static String run(String[] words) throws Exception {
    return switch (words[0]) {
      case "certificate" -> certificate(holder(words[1]), holder(words[2]));
      case "request" -> request(read(words[1]));
      case "crl" -> crl(holder(words[1]), new X509CRLHolder(read(words[2])), holder(words[3]));
      case "ocsp" -> ocsp(holder(words[1]), holder(words[2]), read(words[3]));
      case "cms" -> cms(read(words[1]), words.length > 2 ? read(words[2]) : null);
      case "time-stamp" -> timeStamp(holder(words[1]), read(words[2]), read(words[3]), read(words[4]), words[5]);
      default -> throw new IllegalArgumentException(words[0]);
    };
  }

  private static String certificate(X509CertificateHolder issuer, X509CertificateHolder subject) throws Exception {
    boolean chained = subject.getIssuer().equals(issuer.getSubject());
    return String.valueOf(chained && subject.isSignatureValid(verifier(issuer)));
  }

  private static String request(byte[] der) throws Exception {
    PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
    ContentVerifierProvider verifier = new JcaContentVerifierProviderBuilder().setProvider("BC").build(request.getSubjectPublicKeyInfo());
    return String.valueOf(request.isSignatureValid(verifier));
  }

  private static String crl(X509CertificateHolder issuer, X509CRLHolder crl, X509CertificateHolder subject) throws Exception {
    boolean listed = crl.getRevokedCertificate(subject.getSerialNumber()) != null;
    return crl.isSignatureValid(verifier(issuer)) + " " + (listed ? "listed" : "not-listed");
  }

  private static String ocsp(X509CertificateHolder issuer, X509CertificateHolder subject, byte[] der) throws Exception {
    BasicOCSPResp basic = (BasicOCSPResp) new OCSPResp(der).getResponseObject();
    X509CertificateHolder responder = basic.getCerts()[0];
    boolean signed = basic.isSignatureValid(verifier(responder)) && responder.isSignatureValid(verifier(issuer));
    CertificateID id = basic.getResponses()[0].getCertID();
    boolean named = id.matchesIssuer(issuer, new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())
        && id.getSerialNumber().equals(subject.getSerialNumber());
    CertificateStatus status = basic.getResponses()[0].getCertStatus();
    String word = status == CertificateStatus.GOOD ? "good"
        : status instanceof RevokedStatus revoked ? "revoked-" + (revoked.hasRevocationReason() ? revoked.getRevocationReason() : 0) : "unknown";
    return signed + " " + named + " " + word;
  }

  private static String cms(byte[] der, byte[] content) throws Exception {
    CMSSignedData data = content == null ? new CMSSignedData(der) : new CMSSignedData(new CMSProcessableByteArray(content), der);
    SignerInformation signer = data.getSignerInfos().getSigners().iterator().next();
    @SuppressWarnings("unchecked")
    Collection<X509CertificateHolder> found = data.getCertificates().getMatches(signer.getSID());
    boolean valid = signer.verify(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(found.iterator().next()));
    return String.valueOf(valid);
  }

  private static String timeStamp(X509CertificateHolder tsa, byte[] query, byte[] answer, byte[] content, String digest) throws Exception {
    TimeStampResponse response = new TimeStampResponse(answer);
    response.validate(new TimeStampRequest(query));
    TimeStampToken token = response.getTimeStampToken();
    token.validate(new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(tsa));
    byte[] imprint = MessageDigest.getInstance(digest, "BC").digest(content);
    return String.valueOf(Arrays.equals(imprint, token.getTimeStampInfo().getMessageImprintDigest()));
  }

  private static ContentVerifierProvider verifier(X509CertificateHolder certificate) throws Exception {
    return new JcaContentVerifierProviderBuilder().setProvider("BC").build(new JcaX509CertificateConverter().setProvider("BC").getCertificate(certificate));
  }

  private static X509CertificateHolder holder(String path) throws Exception {
    return new X509CertificateHolder(read(path));
  }

  private static byte[] read(String path) throws Exception {
    return Files.readAllBytes(Path.of(path));
  }
}
