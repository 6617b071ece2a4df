package dev.mqha.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import javax.net.ssl.X509KeyManager;
import org.apache.zookeeper.common.X509Exception;
import org.apache.zookeeper.server.auth.X509AuthenticationProvider;

/**
 * Gives ZooKeeper the key that it shows; zoo.cfg names this class. By itself ZooKeeper either reads its files anew for each
 * connection ({@code NettyServerCnxnFactory.initSSL} of 3.9), so that strangers only had to connect to keep it from the
 * heartbeats of brokers, or reads them once for all. Here they are read once, and again when they have changed: a renewed
 * certificate counts without a restart, which would take the master away.
 */
public final class MemberCertificates extends X509AuthenticationProvider {
    private final Path file;
    private FileTime read;
    private X509KeyManager known;

    /** Called by ZooKeeper, once. */
    public MemberCertificates() throws X509Exception {
        this(Path.of("conf", "tls.pem"));
    }

    MemberCertificates(Path file) throws X509Exception {
        super();
        this.file = file;
    }

    @Override
    public synchronized X509KeyManager getKeyManager() throws X509Exception.KeyManagerException {
        try {
            // It is put in the place of the former one, whole.
            FileTime changed = Files.getLastModifiedTime(file);
            if (!changed.equals(read)) {
                known = (X509KeyManager) Tls.keyManagers(file)[0];
                read = changed;
            }
        } catch (IOException | GeneralSecurityException failure) {
            // What was shown so far is shown on.
        }
        return known == null ? super.getKeyManager() : known;
    }
}
