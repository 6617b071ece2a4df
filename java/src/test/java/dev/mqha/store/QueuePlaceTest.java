package dev.mqha.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class QueuePlaceTest {
    private static byte[] key(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    @Test
    void theHigherOneIsTheLast() {
        assertArrayEquals(key(7), QueuePlace.last(key(7), key(6)));
        assertArrayEquals(key(7), QueuePlace.last(key(6), key(7)));
        assertArrayEquals(key(256), QueuePlace.last(key(255), key(256)));
        assertArrayEquals(key(1L << 40), QueuePlace.last(key(1L << 40), key(9)));
    }

    @Test
    void theFirstIsTheLast() {
        assertArrayEquals(key(1), QueuePlace.last(key(1), null));
    }

    @Test
    void anEmptiedQueueHasNone() {
        assertNull(QueuePlace.last(null, key(9)));
        assertNull(QueuePlace.last(null, null));
    }
}
