package dev.mqha.patches.removed_queues;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.apache.activemq.leveldb.LevelDBClient$;
import org.fusesource.hawtbuf.Buffer;
import org.junit.jupiter.api.Test;

class RemovedQueueTest {
    private static final LevelDBClient$ CODEC = LevelDBClient$.MODULE$;

    /** As LevelDBClient.removeCollection logs it. */
    private static Buffer record(long queue) {
        return new Buffer(CODEC.encodeVLong(queue));
    }

    @Test
    void theRecordIsReadAsItWasWritten() {
        for (long queue : new long[] {1, 8, 127, 128, 300, 1L << 40}) {
            assertEquals(queue, RemovedQueue.decode(CODEC, record(queue)).getKey());
        }
    }

    @Test
    void theDecoderOfTheStoreFailsOnIt() {
        assertThrows(
                RuntimeException.class,
                () -> CODEC.decodeCollectionKeyRecord(record(1)).getKey());
    }
}
