package dev.mqha.patches.tls_names;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * Tells ZooKeeper's client which protocols and ciphers this Java has; a mended class of the client calls it.
 *
 * <p>{@code X509Util} asks the default context when it is loaded, also by a client that never speaks TLS, and that
 * one reads the trust store of the whole JVM first. This one trusts nobody, and is asked for names only.
 */
public final class TlsNames {
    private TlsNames() {}

    /** Instead of {@code SSLContext.getDefault}. */
    public static SSLContext context() throws NoSuchAlgorithmException {
        SSLContext context = SSLContext.getInstance("TLS");
        try {
            context.init(null, new TrustManager[0], null);
        } catch (GeneralSecurityException failure) {
            throw new NoSuchAlgorithmException(failure);
        }
        return context;
    }

    /** Instead of {@code SSLServerSocketFactory.getDefault}. */
    public static ServerSocketFactory serverSockets() {
        try {
            return context().getServerSocketFactory();
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException(failure);
        }
    }
}
