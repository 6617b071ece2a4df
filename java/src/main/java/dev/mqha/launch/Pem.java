package dev.mqha.launch;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a PEM file has: certificates in their order, and perhaps a key (PKCS #8, without a password).
 *
 * @param key null where there is none
 */
record Pem(List<X509Certificate> certificates, PrivateKey key) {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    /**
     * Reads a file.
     *
     * @throws IOException where it cannot be read, or has no certificate
     * @throws GeneralSecurityException where what it has is damaged, or of a kind that this Java does not know
     */
    static Pem read(Path file) throws IOException, GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        byte[] encodedKey = null;
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        Matcher block = BLOCK.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        try {
            while (block.find()) {
                byte[] bytes = Base64.getMimeDecoder().decode(block.group(2));
                switch (block.group(1)) {
                    case "CERTIFICATE" ->
                        certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
                    case "PRIVATE KEY" -> encodedKey = bytes;
                    default -> throw new IOException(file + " has a " + block.group(1)
                            + ": a key is expected as PKCS #8 without a password (PRIVATE KEY)");
                }
            }
        } catch (IllegalArgumentException | GeneralSecurityException damaged) {
            throw new GeneralSecurityException(file + " is damaged: " + damaged.getMessage(), damaged);
        }
        if (certificates.isEmpty()) {
            throw new IOException(file + " has no certificate");
        }
        return new Pem(certificates, encodedKey == null ? null : keyOf(file, certificates.get(0), encodedKey));
    }

    /** The key is of the first certificate, which says of what kind it is. */
    private static PrivateKey keyOf(Path file, X509Certificate leaf, byte[] encoded) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance(leaf.getPublicKey().getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException other) {
            throw new GeneralSecurityException(
                    "the key in " + file + " is not of its first certificate: " + other.getMessage(), other);
        }
    }
}
