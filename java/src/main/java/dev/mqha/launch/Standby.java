package dev.mqha.launch;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Makes an attached slave ready to take over.
 *
 * <p>A slave's start stands still before connectors, destinations and protocols are touched. A promotion
 * would load, link and run all of that for the first time while nobody is served, which is most of what
 * it takes. So it is rehearsed once, when the slave has caught up.
 */
final class Standby implements Runnable {
    private static final String VIEW = "org.apache.activemq:type=Broker,view=Replication,*";
    private static final long POLL_MS = 500;

    /** A master is not attached and may never be; it is asked less often than who has just been started. */
    private static final long LATER_POLL_MS = 5000;

    private static final long SOON_MS = 60_000;

    /** A master that has just let its slaves in is about to serve, and needs the machine's cores first. */
    private static final long PATIENCE_MS = 1000;

    /** Emptied at every start. */
    private static final Path DIRECTORY = Path.of("tmp", "rehearsal");

    private Standby() {}

    /** Begins to wait for the attachment, in a daemon thread. */
    static void begin() {
        Thread thread = new Thread(new Standby(), "mqha standby");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            MBeanServer server = ManagementFactory.getPlatformMBeanServer();
            long began = System.nanoTime();
            while (!isAttached(server)) {
                boolean soon = System.nanoTime() - began < SOON_MS * 1_000_000;
                Thread.sleep(soon ? POLL_MS : LATER_POLL_MS);
            }
            Thread.sleep(PATIENCE_MS);
            Rehearsal.play(DIRECTORY.toFile());
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } catch (Exception | LinkageError failure) {
            // A takeover is slower then, and nothing else.
            System.err.println("mqha: the takeover was not rehearsed: " + failure);
        } finally {
            remove(DIRECTORY);
        }
    }

    /** What the store says of itself (ReplicatedLevelDBStoreView); only a slave says this. */
    private static boolean isAttached(MBeanServer server) throws JMException {
        for (ObjectName view : server.queryNames(new ObjectName(VIEW), null)) {
            try {
                return "Attached".equals(server.getAttribute(view, "Status"));
            } catch (JMException | RuntimeException changing) {
                return false; // It is between two roles.
            }
        }
        return false;
    }

    private static void remove(Path directory) {
        try (Stream<Path> paths = Files.walk(directory)) {
            List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException absent) {
            // Never made, or in use; the next start empties the directory above it.
        }
    }
}
