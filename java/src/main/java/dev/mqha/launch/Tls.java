package dev.mqha.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * What a process proves by that it is of its cluster, and whom it takes for a member or for a client: PEM files, as mqha
 * renders them into {@code conf/}. activemq.xml, jetty.xml and the replication link get their contexts here, so that there
 * is one kind of file, which has no password beside it.
 */
public final class Tls {
    /** The system property that names the directory of the files; without it nothing is encrypted. */
    public static final String DIRECTORY = "mqha.tls";

    /** Key of the process, its certificate, and those between it and the authority. */
    private static final String OWN = "tls.pem";

    /** The authority of brokers, ZooKeeper and mqha. */
    private static final String CLUSTER = "cluster-ca.pem";

    /** The authority of applications: whom it has certified is no member. */
    private static final String CLIENTS = "client-ca.pem";

    /** Of entries in memory, which nobody else reads. */
    private static final char[] NO_PASSWORD = {};

    private Tls() {}

    /** Whether links are encrypted. */
    public static boolean isOn() {
        return System.getProperty(DIRECTORY) != null;
    }

    /** For links among members, which trust nobody else: replication, and the console. */
    public static SSLContext amongMembers() throws IOException, GeneralSecurityException {
        return context(file(OWN), file(CLUSTER));
    }

    /** For the message port: it trusts members and applications. */
    public static SSLContext withClients() throws IOException, GeneralSecurityException {
        return context(file(OWN), file(CLUSTER), file(CLIENTS));
    }

    /** What shows the certificate of this process. */
    static KeyManager[] ownKeys() throws IOException, GeneralSecurityException {
        return keyManagers(file(OWN));
    }

    /** What trusts members alone. */
    static TrustManager[] members() throws IOException, GeneralSecurityException {
        return trustManagers(file(CLUSTER));
    }

    private static Path file(String name) {
        return Path.of(System.getProperty(DIRECTORY), name);
    }

    /**
     * Makes a context.
     *
     * @param own PEM file with certificate and key
     * @param authorities PEM files; each may have several certificates
     * @throws IOException where a file cannot be read, or lacks what it must have
     */
    public static SSLContext context(Path own, Path... authorities) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers(own), trustManagers(authorities), null);
        return context;
    }

    /**
     * What shows a certificate.
     *
     * @param own PEM files with certificate and key: one, or one each
     * @throws IOException where there is no certificate, or no key
     */
    public static KeyManager[] keyManagers(Path... own) throws IOException, GeneralSecurityException {
        Pem pem = Pem.read(own);
        if (pem.key() == null) {
            throw new IOException(own[0] + " has no key");
        }
        KeyStore store = empty();
        store.setKeyEntry("own", pem.key(), NO_PASSWORD, pem.certificates().toArray(new X509Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /** What trusts the authorities of PEM files, and no others. @throws IOException where one has no certificate */
    public static TrustManager[] trustManagers(Path... authorities) throws IOException, GeneralSecurityException {
        KeyStore store = empty();
        for (Path file : authorities) {
            for (X509Certificate certificate : Pem.read(file).certificates()) {
                store.setCertificateEntry("authority" + store.size(), certificate);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
    }
}
