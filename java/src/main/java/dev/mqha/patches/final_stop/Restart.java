package dev.mqha.patches.final_stop;

import org.apache.activemq.broker.BrokerService;

/**
 * Keeps a broker that is told to end from beginning anew; a mended class of the store calls it.
 *
 * <p>A master that is demoted stops its broker and starts another one in the same JVM. It did so as well when the
 * JVM was ending: the process that was told to stop read its configuration, and began to start a broker, until it was
 * gone. That took the processor from whoever took over, and may have made a member of a process that ends.
 */
public final class Restart {
    private Restart() {}

    /** Instead of {@code requestRestart}. */
    public static void request(BrokerService broker) {
        if (!isEnding()) {
            broker.requestRestart();
        }
    }

    /** A JVM that ends takes no more hooks, and does not say so otherwise. */
    private static boolean isEnding() {
        Thread hook = new Thread();
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            Runtime.getRuntime().removeShutdownHook(hook);
            return false;
        } catch (IllegalStateException ending) {
            return true;
        }
    }
}
