// A second opinion on signed PDFs: PDFBox reads the file, BouncyCastle makes and verifies the CMS.
// usage: PdfSignatures sign <sm2|p256> <content> <cms>      a throwaway key signs the content
//        PdfSignatures add <sm2|p256> <pdf> <signed>        PDFBox itself adds a signature of such a key, CMS in BER
//        PdfSignatures verify <pdf>...                      one line per signature: field true|false covered
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Security;
import java.security.spec.ECGenParameterSpec;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

public class PdfSignatures {
    public static void main(String[] args) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        switch (args[0]) {
            case "sign" -> Files.write(
                Path.of(args[3]), sign(args[1], Files.readAllBytes(Path.of(args[2]))).getEncoded("DER"));
            case "add" -> add(args[1], new File(args[2]), new File(args[3]));
            default -> {
                for (int i = 1; i < args.length; i++) verify(new File(args[i]));
            }
        }
    }

    static void add(String kind, File from, File to) throws Exception {
        try (PDDocument document = PDDocument.load(from); OutputStream out = new FileOutputStream(to)) {
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED);
            signature.setName("PDFBox");
            signature.setSignDate(Calendar.getInstance());
            document.addSignature(signature, content -> {
                try {
                    return sign(kind, content.readAllBytes()).getEncoded();
                } catch (Exception error) {
                    throw new IOException(error);
                }
            });
            document.saveIncremental(out);
        }
    }

    static CMSSignedData sign(String kind, byte[] content) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC");
        generator.initialize(new ECGenParameterSpec(kind.equals("sm2") ? "sm2p256v1" : "P-256"));
        KeyPair pair = generator.generateKeyPair();
        String algorithm = kind.equals("sm2") ? "SM3WITHSM2" : "SHA256withECDSA";
        ContentSigner signer =
            new JcaContentSignerBuilder(algorithm).setProvider("BC").build(pair.getPrivate());
        X500Name name = new X500Name("CN=Test signer");
        X509CertificateHolder certificate =
            new JcaX509v3CertificateBuilder(
                    name, BigInteger.ONE, new Date(0), new Date(4102444800000L), name, pair.getPublic())
                .build(signer);
        CMSSignedDataGenerator cms = new CMSSignedDataGenerator();
        cms.addSignerInfoGenerator(
            new JcaSignerInfoGeneratorBuilder(
                    new JcaDigestCalculatorProviderBuilder().setProvider("BC").build())
                .build(signer, certificate));
        cms.addCertificates(new JcaCertStore(List.of(certificate)));
        return cms.generate(new CMSProcessableByteArray(content), false);
    }

    static void verify(File file) throws Exception {
        byte[] bytes = Files.readAllBytes(file.toPath());
        try (PDDocument document = PDDocument.load(file)) {
            for (PDSignature signature : document.getSignatureDictionaries()) {
                byte[] content = signature.getSignedContent(new ByteArrayInputStream(bytes));
                byte[] cms = signature.getContents(bytes);
                CMSSignedData signed = new CMSSignedData(new CMSProcessableByteArray(content), cms);
                boolean good = signed.getSignerInfos().size() == 1;
                for (SignerInformation signer : signed.getSignerInfos()) {
                    X509CertificateHolder certificate =
                        (X509CertificateHolder) signed.getCertificates().getMatches(signer.getSID())
                            .iterator().next();
                    good &= signer.verify(
                        new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(certificate));
                }
                int[] range = signature.getByteRange();
                boolean whole = range[2] + range[3] == bytes.length;
                System.out.println(signature.getName() + " " + good + " " + (whole ? "whole" : "part"));
            }
        }
    }
}
