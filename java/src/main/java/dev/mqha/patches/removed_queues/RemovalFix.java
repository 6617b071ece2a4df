package dev.mqha.patches.removed_queues;

import dev.mqha.guard.Rewrite;
import dev.mqha.patches.whole_units.UnitFix;
import java.util.function.UnaryOperator;

/** Sends what is done with a removed queue, or subscription, to {@code dev.mqha.patches.removed_queues.RemovedQueue}, which says why. */
public final class RemovalFix {
    private static final String CODEC = UnitFix.CLIENT + "$";
    private static final String INDEX = UnitFix.CLIENT + "$RichDB";
    private static final String RECORD = "org/apache/activemq/leveldb/record/CollectionKey$Buffer";
    private static final String TARGET = "dev/mqha/patches/removed_queues/RemovedQueue";
    private static final String ENTRY = "org/apache/activemq/leveldb/record/EntryRecord$Buffer";

    /** {@code LevelDBClient.removeCollection}: what is done with one entry. */
    public static final String REMOVING = UnitFix.CLIENT + "$$anonfun$removeCollection$1$$anonfun$apply$mcV$sp$9";

    /** The same in {@code UnitFix.REPLAYING}. */
    public static final String REPLAYED = UnitFix.REPLAYING + "$$anonfun$apply$10";

    private RemovalFix() {}

    /** Returns the mended form of {@code UnitFix.REPLAYING}. @throws IllegalStateException where it is not that */
    public static byte[] mend(byte[] original) {
        return redirect(CODEC, "decodeCollectionKeyRecord", "(Lorg/fusesource/hawtbuf/Buffer;)L" + RECORD + ";", "decode")
                .andThen(redirect(INDEX, "delete", "([BLorg/iq80/leveldb/WriteOptions;)V", "forget"))
                .apply(original);
    }

    /** Returns the mended form of {@code REMOVING} or {@code REPLAYED}. @throws IllegalStateException where it is not that */
    public static byte[] entry(byte[] original) {
        return redirect(CODEC, "decodeEntryRecord", "(Lorg/fusesource/hawtbuf/Buffer;)L" + ENTRY + ";", "entry")
                .apply(original);
    }

    private static UnaryOperator<byte[]> redirect(String owner, String name, String type, String target) {
        return Rewrite.redirect(owner, name, type, TARGET, target, owner);
    }
}
