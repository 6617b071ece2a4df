package dev.mqha.patches.replication_addresses;

import java.io.IOException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The addresses that a slave may connect to. mqha renders them into a file of the node, a {@code host:port} a line, from mqha.yaml
 * and from what runs; the file is read at each connect, so that a cluster may grow, or change its ports, while brokers run.
 */
final class Peers {
    /** The system property that names the file; without it there is no limit. */
    static final String FILE = "mqha.replication.peers";

    private Peers() {}

    /** @throws UnknownHostException where it is none of them, or where the file cannot be read */
    static void require(URI master) throws UnknownHostException {
        if (master.getHost() == null) {
            throw new UnknownHostException("the address of the master is none: " + master);
        }
        String file = System.getProperty(FILE);
        if (file == null) {
            return;
        }
        try {
            List<String> allowed = Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
            String wanted = master.getHost().toLowerCase(Locale.ROOT) + ":" + master.getPort();
            if (isPlain(master) && allowed.stream().anyMatch(line -> line.strip().toLowerCase(Locale.ROOT).equals(wanted))) {
                return;
            }
        } catch (IOException failure) {
            throw new UnknownHostException(master + " is not connected to: the addresses of this cluster cannot be read (" + failure + ")");
        }
        throw new UnknownHostException(master + " is not connected to: it is no replication address of this cluster, see " + file);
    }

    /** Whether it is scheme, host and port alone, as a master writes it. */
    private static boolean isPlain(URI master) {
        return master.toString().equalsIgnoreCase("tcp://" + master.getHost() + ":" + master.getPort());
    }
}
