package dev.mqha.patches.diverged_log;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;

/** Asks {@link AttachCheck} whether a slave may give up its log. */
public final class DivergedLog {
    private static final String SLAVE = "org/apache/activemq/leveldb/replicated/SlaveLevelDBStore";
    private static final String SUPPORT = "org/apache/activemq/leveldb/replicated/ReplicationSupport$";
    private static final String RESPONSE = "org/apache/activemq/leveldb/replicated/dto/SyncResponse";
    private static final String TARGET = "dev/mqha/patches/diverged_log/AttachCheck";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "diverged-log",
                    Patch.Risk.MESSAGES,
                    "a slave gives up its log for that of a master which has lost acknowledged messages, "
                            + "as after its disk was replaced")
            .rewrites(Classes.SLAVE_LOGIN, DivergedLog::login)
            .rewrites(Classes.SLAVE_SYNC, DivergedLog::sync);

    private DivergedLog() {}

    /** What is done once the login is answered: the log stays. @throws IllegalStateException where it is not deleted once */
    static byte[] login(byte[] original) {
        return Rewrite.redirect(SUPPORT, "delete_store", "(Ljava/io/File;)V", TARGET, "later", "java/lang/Object")
                .apply(original);
    }

    /** What is done with the master's list of files. @throws IllegalStateException where they are not transferred once */
    static byte[] sync(byte[] original) {
        return Rewrite.redirect(SLAVE, "transfer_missing", "(L" + RESPONSE + ";)J", TARGET, "follow", SLAVE)
                .apply(original);
    }
}
