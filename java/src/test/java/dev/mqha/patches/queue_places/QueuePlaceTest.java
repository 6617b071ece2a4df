package dev.mqha.patches.queue_places;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import dev.mqha.rig.Shown;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.store.MessageStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueuePlaceTest {
    /** A cursor is set behind the second of three messages, of which only the number is known yet. */
    public static final class SetsACursor {
        public static void main(String[] args) throws Exception {
            try (Replicas.Master master =
                    Replicas.master(Path.of(args[0]), 1, 1024 * 1024).serving()) {
                Replicas.send(master, "q", 3, 100);
                MessageStore store =
                        master.broker.getDestination(new ActiveMQQueue("q")).getMessageStore();
                MessageId second = new MessageId("ID:client-1:1:1:2");
                second.setFutureOrSequenceLong(2L);
                store.setBatch(second);
                System.out.println(Shown.by(listener -> store.recoverNextMessages(10, listener)));
            }
            System.exit(0);
        }
    }

    @Test
    void aCursorIsSetBehindAMessageThatHasNoEntryYet(@TempDir Path directory) throws Exception {
        assertEquals("3", Jvm.mended().print(SetsACursor.class, directory));
    }

    @Test
    void withoutTheCureThatFails(@TempDir Path directory) throws Exception {
        assertNotEquals(0, Jvm.stock().run(SetsACursor.class, directory).exitCode());
    }

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
