package dev.mqha.guard;

/** Sends the copy of a slave's log to {@code dev.mqha.store.StashedLog}, which says why. */
final class StashLink {
    static final String CLASS = "org/apache/activemq/leveldb/replicated/ReplicationSupport$";

    private static final String FILE = "org/apache/activemq/leveldb/util/FileSupport$RichFile";
    private static final String TARGET = "dev/mqha/store/StashedLog";

    private StashLink() {}

    /** Returns the mended form of the class. @throws IllegalStateException where it does not copy exactly once */
    static byte[] mend(byte[] original) {
        return Rewrite.redirect(FILE, "copyTo", "(Ljava/io/File;)J", TARGET, "keep", FILE)
                .apply(original);
    }
}
