package dev.mqha.patches.removed_queues;

import dev.mqha.guard.Classes;
import dev.mqha.guard.Patch;
import dev.mqha.guard.Rewrite;
import java.util.function.UnaryOperator;

/** Sends what is done with a removed queue, or subscription, to {@link RemovedQueue}, which says why. */
public final class RemovalFix {
    private static final String CODEC = Classes.CLIENT.name() + "$";
    private static final String INDEX = Classes.CLIENT.name() + "$RichDB";
    private static final String RECORD = "org/apache/activemq/leveldb/record/CollectionKey$Buffer";
    private static final String TARGET = "dev/mqha/patches/removed_queues/RemovedQueue";
    private static final String ENTRY = "org/apache/activemq/leveldb/record/EntryRecord$Buffer";

    /** {@code LevelDBClient.removeCollection}: what is done with one entry. */
    static final String REMOVING = Classes.CLIENT.name() + "$$anonfun$removeCollection$1$$anonfun$apply$mcV$sp$9";

    /** The same in {@code Classes.REPLAYING}. */
    static final String REPLAYED = Classes.REPLAYING.name() + "$$anonfun$apply$10";

    /** This cure. */
    public static final Patch PATCH = Patch.of(
                    "removed-queues",
                    Patch.Risk.MESSAGES,
                    "once a queue or a subscription was removed, a slave lacks what was sent after that, "
                            + "and files of the log can be deleted with messages in them")
            .rewrites(Classes.REPLAYING, RemovalFix::mend)
            .rewrites(REPLAYED, "f345ea0eb84bb2f8e3fe769a0938ba5258204634992b932e82211958ae41398c", RemovalFix::entry)
            .rewrites(REMOVING, "b898b96220cd04e734e593e62b71b40f8b5110b2a80666723785b6618cee7ad4", RemovalFix::entry);

    private RemovalFix() {}

    /** Returns the mended form of {@code Classes.REPLAYING}. @throws IllegalStateException where it is not that */
    static byte[] mend(byte[] original) {
        return redirect(CODEC, "decodeCollectionKeyRecord", "(Lorg/fusesource/hawtbuf/Buffer;)L" + RECORD + ";", "decode")
                .andThen(redirect(INDEX, "delete", "([BLorg/iq80/leveldb/WriteOptions;)V", "forget"))
                .apply(original);
    }

    /** Returns the mended form of {@code REMOVING} or {@code REPLAYED}. @throws IllegalStateException where it is not that */
    static byte[] entry(byte[] original) {
        return redirect(CODEC, "decodeEntryRecord", "(Lorg/fusesource/hawtbuf/Buffer;)L" + ENTRY + ";", "entry")
                .apply(original);
    }

    private static UnaryOperator<byte[]> redirect(String owner, String name, String type, String target) {
        return Rewrite.redirect(owner, name, type, TARGET, target, owner);
    }
}
