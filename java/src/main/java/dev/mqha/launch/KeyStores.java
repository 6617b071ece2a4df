package dev.mqha.launch;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * Makes of PEM files what JMS clients read: a PKCS #12 store with key and certificate, and one with the authority. Both
 * have the password that is the first line of the input; they are printed as one line of JSON, in Base64.
 */
public final class KeyStores {
    private KeyStores() {}

    /**
     * Prints the stores.
     *
     * @param args PEM file with certificate and key, its alias, PEM file of the authority
     */
    public static void main(String[] args) throws IOException, GeneralSecurityException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        String line = input.readLine();
        if (args.length != 3 || line == null || line.isEmpty()) {
            throw new IllegalArgumentException("two PEM files and an alias are needed, and a password");
        }
        char[] password = line.toCharArray();
        Pem own = Pem.read(Path.of(args[0]));
        if (own.key() == null) {
            throw new IOException(args[0] + " has no key");
        }
        KeyStore keys = empty();
        keys.setKeyEntry(args[1], own.key(), password, own.certificates().toArray(new X509Certificate[0]));
        KeyStore trusted = empty();
        for (X509Certificate certificate : Pem.read(Path.of(args[2])).certificates()) {
            trusted.setCertificateEntry("authority" + trusted.size(), certificate);
        }
        System.out.printf(
                "{\"keys\":\"%s\",\"trusted\":\"%s\"}%n", encoded(keys, password), encoded(trusted, password));
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static String encoded(KeyStore store, char[] password) throws IOException, GeneralSecurityException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        store.store(out, password);
        return Base64.getEncoder().encodeToString(out.toByteArray());
    }
}
