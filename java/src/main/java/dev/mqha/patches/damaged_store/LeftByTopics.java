package dev.mqha.patches.damaged_store;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.record.CollectionRecord;
import org.apache.activemq.leveldb.record.SubscriptionRecord;
import org.fusesource.hawtbuf.proto.InvalidProtocolBufferException;
import scala.Tuple2;
import scala.collection.Iterator;

/**
 * The messages of topics that all subscriptions have left. A master removes them from its index and then their files from
 * the log ({@code LevelDBClient.gc}), and logs neither: the index of a slave, or of an older snapshot, still has them.
 */
final class LeftByTopics {
    /** {@code UowManagerConstants}. */
    private static final int TOPIC = 2;

    private static final int SUBSCRIPTION = 4;

    /** A letter, the key of the collection and the place in it, each a long ({@code LevelDBClient.encodeEntryKey}). */
    private static final int KEY_LENGTH = 17;

    private final Map<Long, Long> positions = new HashMap<>();

    LeftByTopics(LevelDBClient client) throws InvalidProtocolBufferException {
        Map<Long, Long> first = new HashMap<>();
        Iterator<Tuple2<Object, CollectionRecord.Buffer>> all = client.listCollections().iterator();
        while (all.hasNext()) {
            Tuple2<Object, CollectionRecord.Buffer> collection = all.next();
            long key = (long) collection._1();
            if (collection._2().getType() == TOPIC) {
                positions.put(key, Long.MAX_VALUE);
            } else if (collection._2().getType() == SUBSCRIPTION) {
                long topic = SubscriptionRecord.FACTORY.parseUnframed(collection._2().getMeta()).getTopicKey();
                first.merge(topic, client.getAckPosition(key), Math::min);
            }
        }
        first.forEach((topic, position) -> positions.replace(topic, position));
    }

    /** Whether the key of an entry in the index is that of such a message. */
    boolean contains(byte[] key) {
        if (key.length != KEY_LENGTH) {
            return false;
        }
        ByteBuffer bytes = ByteBuffer.wrap(key);
        Long position = positions.get(bytes.getLong(1));
        return position != null && bytes.getLong(9) <= position;
    }
}
