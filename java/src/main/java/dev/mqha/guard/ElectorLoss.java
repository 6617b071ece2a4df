package dev.mqha.guard;

/** Sends what a member asks of the elector to {@code dev.mqha.store.StandingMaster}, which says why. */
final class ElectorLoss {
    private static final String ELECTOR = "org/apache/activemq/leveldb/replicated/MasterElector";

    /** What a member does when the group has changed. */
    static final String CLASS = ELECTOR + "$change_listener$";

    private static final String TARGET = "dev/mqha/store/StandingMaster";

    private ElectorLoss() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not ask exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.redirect(ELECTOR, "isMaster", "()Z", TARGET, "isElector", ELECTOR)
                .andThen(Rewrite.redirect(ELECTOR, "master", "()Lscala/Option;", TARGET, "elector", ELECTOR))
                .apply(original);
    }
}
