package dev.mqha.patches.client_bridges;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;

/** Sends what says that it is a broker to {@link ClientBridges}, which says why. */
public final class NoBridges {
    private static final String COMMAND = "Lorg/apache/activemq/command/";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "client-bridges",
                    Patch.Risk.MEMORY,
                    "anybody who can reach the message port can have a broker build bridges of a network to it")
            .rewrites(Classes.CONNECTION, NoBridges::mend);

    private NoBridges() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it is not the known one */
    static byte[] mend(byte[] original) {
        return Rewrite.delegate(
                        Classes.CONNECTION.name(),
                        "processBrokerInfo",
                        "(" + COMMAND + "BrokerInfo;)" + COMMAND + "Response;",
                        "dev/mqha/patches/client_bridges/ClientBridges",
                        "refuse")
                .apply(original);
    }
}
