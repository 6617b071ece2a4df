package dev.mqha.patches.final_stop;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;

/** Sends the wish of a stopped master to start again to {@link Restart}, which says why. */
public final class FinalStop {
    /** {@code ElectingLevelDBStore.stop_master}: the task that stops the broker. */
    static final String CLASS = "org/apache/activemq/leveldb/replicated/ElectingLevelDBStore$$anonfun$stop_master$2";

    private static final String BROKER = "org/apache/activemq/broker/BrokerService";
    private static final String TARGET = "dev/mqha/patches/final_stop/Restart";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "final-stop",
                    Patch.Risk.SPEED,
                    "a master that gets SIGTERM starts another broker meanwhile, and takes the "
                            + "processor from whoever takes over")
            .rewrites(CLASS, "efb6438165be93234ecd97e5173dd72cbddcc257ce06d37e9084eb80b0419e84", FinalStop::mend);

    private FinalStop() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not ask exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.redirect(BROKER, "requestRestart", "()V", TARGET, "request", BROKER)
                .apply(original);
    }
}
