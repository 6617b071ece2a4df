package dev.mqha.patches.standing_master;

import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;

/** Sends what a member asks of the elector to {@link StandingMaster}, which says why. */
public final class ElectorLoss {
    private static final String ELECTOR = "org/apache/activemq/leveldb/replicated/MasterElector";

    /** What a member does when the group has changed. */
    static final String CLASS = ELECTOR + "$change_listener$";

    private static final String TARGET = "dev/mqha/patches/standing_master/StandingMaster";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "standing-master",
                    Patch.Risk.OUTAGE,
                    "the end of a slave that is the elector demotes a working master, and no master serves "
                            + "until the next election")
            .rewrites(CLASS, "966c330d09e9725f55dd37ea9bfee2895786da1fb8aeb71541422c9debef3842", ElectorLoss::mend);

    private ElectorLoss() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not ask exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.redirect(ELECTOR, "isMaster", "()Z", TARGET, "isElector", ELECTOR)
                .andThen(Rewrite.redirect(ELECTOR, "master", "()Lscala/Option;", TARGET, "elector", ELECTOR))
                .apply(original);
    }
}
