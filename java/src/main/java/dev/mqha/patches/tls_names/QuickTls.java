package dev.mqha.patches.tls_names;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;

/** Sends the questions for names of TLS to {@link TlsNames}, which says why. */
public final class QuickTls {
    static final String CLASS = "org/apache/zookeeper/common/X509Util";

    private static final String TARGET = "dev/mqha/patches/tls_names/TlsNames";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "tls-names",
                    Patch.Risk.SPEED,
                    "a broker takes a tenth longer to start")
            .rewrites(CLASS, "b490d72a925ad1cef3db35df2297869987e471f1bb4c12e2c3fc46258d9de379", QuickTls::mend);

    private QuickTls() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not ask exactly twice */
    static byte[] mend(byte[] original) {
        byte[] protocols = Rewrite.replace(
                        "javax/net/ssl/SSLContext", "getDefault", "()Ljavax/net/ssl/SSLContext;", TARGET, "context")
                .apply(original);
        return Rewrite.replace(
                        "javax/net/ssl/SSLServerSocketFactory",
                        "getDefault",
                        "()Ljavax/net/ServerSocketFactory;",
                        TARGET,
                        "serverSockets")
                .apply(protocols);
    }
}
