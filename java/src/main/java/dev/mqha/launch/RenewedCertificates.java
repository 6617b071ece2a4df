package dev.mqha.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.common.X509Exception;
import org.apache.zookeeper.server.ServerCnxn;
import org.apache.zookeeper.server.auth.X509AuthenticationProvider;

/**
 * Has ZooKeeper take renewed certificates into use while it runs: its own provider reads them when it starts, and a restart
 * of the server takes the master away. They are read when their files have changed, and not for each connection. Where
 * they cannot be read, as while one of them is written, those before count.
 */
public final class RenewedCertificates extends X509AuthenticationProvider {
    private static final List<String> FILES =
            List.of("zookeeper.ssl.keyStore.location", "zookeeper.ssl.trustStore.location");

    private String stamp = stamp();

    /** Null until they have changed. */
    private X509AuthenticationProvider renewed;

    /** Called by ZooKeeper. @throws X509Exception where the files cannot be read */
    public RenewedCertificates() throws X509Exception {
        super();
    }

    @Override
    public X509KeyManager getKeyManager() throws X509Exception.KeyManagerException {
        X509AuthenticationProvider now = now();
        return now == null ? super.getKeyManager() : now.getKeyManager();
    }

    @Override
    public X509TrustManager getTrustManager() throws X509Exception.TrustManagerException {
        X509AuthenticationProvider now = now();
        return now == null ? super.getTrustManager() : now.getTrustManager();
    }

    @Override
    public KeeperException.Code handleAuthentication(ServerCnxn connection, byte[] data) {
        X509AuthenticationProvider now = now();
        return now == null
                ? super.handleAuthentication(connection, data)
                : now.handleAuthentication(connection, data);
    }

    private synchronized X509AuthenticationProvider now() {
        String found = stamp();
        if (!found.equals(stamp)) {
            try {
                renewed = new X509AuthenticationProvider();
                stamp = found;
            } catch (X509Exception unfinished) {
                // The next connection looks again.
            }
        }
        return renewed;
    }

    /** Another one once a file was replaced. */
    private static String stamp() {
        List<String> times = new ArrayList<>();
        for (String property : FILES) {
            try {
                Path file = Path.of(System.getProperty(property, ""));
                times.add(Files.getLastModifiedTime(file) + " " + Files.size(file));
            } catch (IOException absent) {
                times.add("absent");
            }
        }
        return times.toString();
    }
}
