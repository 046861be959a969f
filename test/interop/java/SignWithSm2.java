import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Security;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Date;
import java.util.List;
import java.math.BigInteger;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInfoGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/** Arguments: certificate, PKCS#8 key, content, output folder; writes plain.der, bare.der, detached.der, token.der. */
public final class SignWithSm2 {
  public static void main(String[] files) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    X509CertificateHolder certificate = new X509CertificateHolder(Files.readAllBytes(Path.of(files[0])));
    PrivateKey key = KeyFactory.getInstance("EC", "BC").generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(Path.of(files[1]))));
    byte[] content = Files.readAllBytes(Path.of(files[2]));
    Path folder = Path.of(files[3]);
    Files.write(folder.resolve("plain.der"), sign(certificate, key, content, true, false));
    Files.write(folder.resolve("bare.der"), sign(certificate, key, content, true, true));
    Files.write(folder.resolve("detached.der"), sign(certificate, key, content, false, false));
    Files.write(folder.resolve("token.der"), stamp(certificate, key, content));
  }

  private static SignerInfoGenerator signer(X509CertificateHolder certificate, PrivateKey key, boolean bare) throws Exception {
    ContentSigner signer = new JcaContentSignerBuilder("SM3withSM2").setProvider("BC").build(key);
    return new JcaSignerInfoGeneratorBuilder(digests()).setDirectSignature(bare).build(signer, certificate);
  }

  private static byte[] sign(X509CertificateHolder certificate, PrivateKey key, byte[] content, boolean attached, boolean bare) throws Exception {
    CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
    generator.addSignerInfoGenerator(signer(certificate, key, bare));
    generator.addCertificate(certificate);
    return generator.generate(new CMSProcessableByteArray(content), attached).toASN1Structure().getEncoded("DER");
  }

  private static byte[] stamp(X509CertificateHolder certificate, PrivateKey key, byte[] content) throws Exception {
    AlgorithmIdentifier sm3 = new AlgorithmIdentifier(GMObjectIdentifiers.sm3);
    TimeStampTokenGenerator generator = new TimeStampTokenGenerator(signer(certificate, key, false), digests().get(sm3), new ASN1ObjectIdentifier("1.2.3.4"));
    generator.addCertificates(new JcaCertStore(List.of(new JcaX509CertificateConverter().setProvider("BC").getCertificate(certificate))));
    byte[] imprint = java.security.MessageDigest.getInstance("SM3", "BC").digest(content);
    TimeStampRequestGenerator request = new TimeStampRequestGenerator();
    request.setCertReq(true);
    return generator.generate(request.generate(GMObjectIdentifiers.sm3, imprint, BigInteger.valueOf(7)), BigInteger.ONE, new Date())
        .toCMSSignedData().toASN1Structure().getEncoded("DER");
  }

  private static DigestCalculatorProvider digests() throws Exception {
    return new JcaDigestCalculatorProviderBuilder().setProvider("BC").build();
  }
}
