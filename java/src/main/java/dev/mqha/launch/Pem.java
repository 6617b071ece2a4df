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
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a PEM file has: certificates in their order, and perhaps a key (PKCS #8, without a password).
 *
 * @param key null where there is none
 */
record Pem(List<X509Certificate> certificates, PrivateKey key) {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    /**
     * Reads files as if they were one: a key may be beside its certificates.
     *
     * @throws IOException where one cannot be read, or there is no certificate
     * @throws GeneralSecurityException where what it has is damaged, or of a kind that this Java does not know
     */
    static Pem read(Path... files) throws IOException, GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        byte[] encodedKey = null;
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        StringBuilder text = new StringBuilder();
        for (Path file : files) {
            text.append(Files.readString(file, StandardCharsets.ISO_8859_1)).append('\n');
        }
        String from = Arrays.stream(files).map(Path::toString).collect(Collectors.joining(" and "));
        Matcher block = BLOCK.matcher(text);
        try {
            while (block.find()) {
                byte[] bytes = Base64.getMimeDecoder().decode(block.group(2));
                switch (block.group(1)) {
                    case "CERTIFICATE" ->
                        certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
                    case "PRIVATE KEY" -> encodedKey = bytes;
                    default -> throw new IOException(from + " has a " + block.group(1)
                            + ": a key is expected as PKCS #8 without a password (PRIVATE KEY)");
                }
            }
        } catch (IllegalArgumentException | GeneralSecurityException damaged) {
            throw new GeneralSecurityException(from + " is damaged: " + damaged.getMessage(), damaged);
        }
        if (certificates.isEmpty()) {
            throw new IOException(from + " has no certificate");
        }
        return new Pem(certificates, encodedKey == null ? null : keyOf(from, certificates.get(0), encodedKey));
    }

    /** The key is of the first certificate, which says of what kind it is. */
    private static PrivateKey keyOf(String from, X509Certificate leaf, byte[] encoded) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance(leaf.getPublicKey().getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException other) {
            throw new GeneralSecurityException(
                    "the key in " + from + " is not of its first certificate: " + other.getMessage(), other);
        }
    }
}
