package dev.mqha.patches.standing_master;

import dev.mqha.guard.Rewrite;

/** Sends what a member asks of the elector to {@code dev.mqha.patches.standing_master.StandingMaster}, which says why. */
public final class ElectorLoss {
    private static final String ELECTOR = "org/apache/activemq/leveldb/replicated/MasterElector";

    /** What a member does when the group has changed. */
    public static final String CLASS = ELECTOR + "$change_listener$";

    private static final String TARGET = "dev/mqha/patches/standing_master/StandingMaster";

    private ElectorLoss() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not ask exactly once */
    public static byte[] mend(byte[] original) {
        return Rewrite.redirect(ELECTOR, "isMaster", "()Z", TARGET, "isElector", ELECTOR)
                .andThen(Rewrite.redirect(ELECTOR, "master", "()Lscala/Option;", TARGET, "elector", ELECTOR))
                .apply(original);
    }
}
