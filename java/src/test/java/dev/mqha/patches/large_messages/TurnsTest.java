package dev.mqha.patches.large_messages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.frame_sizes.FramesTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.transport.stomp.StompWireFormat;
import org.apache.activemq.transport.tcp.TcpTransport;
import org.apache.activemq.util.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final long LONG_MS = 20_000;
    private static final long SHORT_MS = 50;
    private static final Turns.Client NOBODY = new Turns.Client() {};

    /** Has brought most of a large message, and brings nothing more. */
    private static final class Stopped implements Turns.Client {
        private final CompletableFuture<String> ended = new CompletableFuture<>();
        private final int buffer;
        private volatile int brought;

        private Stopped() {
            this(0);
        }

        private Stopped(int buffer) {
            this.buffer = buffer;
        }

        @Override
        public int buffer() {
            return buffer;
        }

        @Override
        public int brought() {
            return brought;
        }

        @Override
        public void hangUp(IOException why) {
            ended.complete(why.getMessage());
        }
    }

    private final Turns turns = new Turns(100, 200, 1000, LONG_MS, LONG_MS);

    @Test
    void thoseThatFitComeInTogether() throws IOException {
        assertTrue(turns.take("a", NOBODY, 60, 0));
        assertTrue(turns.take("b", NOBODY, 40, 0));
        assertFalse(turns.take("c", NOBODY, 1, 0));
    }

    @Test
    void oneAloneMayBeAsLargeAsItIs() throws IOException {
        assertTrue(turns.take("a", NOBODY, 1000, 0));
    }

    @Test
    void whoeverWaitsComesInWhenAnotherGoes() throws Exception {
        turns.take("a", NOBODY, 100, 0);
        CompletableFuture<Boolean> waiting = waiting("b");
        assertFalse(waiting.isDone());
        turns.end("a");
        assertTrue(waiting.get(LONG_MS, TimeUnit.MILLISECONDS));
    }

    @Test
    void whoHasNoTurnEndsNone() throws IOException {
        turns.end("a");
        turns.take("a", NOBODY, 100, 0);
        turns.end("b");
        assertFalse(turns.take("b", NOBODY, 100, 0));
    }

    @Test
    void whoeverHasWaitedForLongComesInBesideUntilThereIsTwiceAsMuch() throws IOException {
        assertTrue(turns.take("a", NOBODY, 100, 0));
        assertFalse(turns.take("b", NOBODY, 100, 0));
        IOException refused = assertThrows(IOException.class, () -> turns.take("c", NOBODY, 1, 0));
        assertTrue(refused.getMessage().contains("200 bytes"), refused.getMessage());
        assertTrue(turns.take("b", NOBODY, 100, 0));
    }

    @Test
    void theTurnOfAConnectionThatIsGoneIsOver() throws Exception {
        turns.take(new Object(), NOBODY, 100, 0);
        CompletableFuture<Boolean> waiting = waiting("b");
        while (!waiting.isDone()) {
            System.gc();
            Thread.sleep(50);
        }
        assertTrue(waiting.get());
    }

    @Test
    void whoIsSlowCountsForWhatItHasBrought() throws Exception {
        Turns large = new Turns(100L * LargeMessages.LARGE, 100L * LargeMessages.LARGE, 1000, SHORT_MS, LONG_MS);
        Stopped slow = new Stopped();
        large.take("a", slow, 100L * LargeMessages.LARGE, 0);
        assertThrows(IOException.class, () -> large.take("b", NOBODY, 90L * LargeMessages.LARGE, 0));
        Thread.sleep(2 * SHORT_MS);
        slow.brought = 10 * LargeMessages.LARGE;
        assertThrows(IOException.class, () -> large.take("b", NOBODY, 90L * LargeMessages.LARGE, 0));
        assertTrue(large.take("b", NOBODY, 78L * LargeMessages.LARGE, 0));
    }

    @Test
    void whoStopsInTheMiddleWhileOthersWaitIsHungUpOn() throws Exception {
        Turns large = new Turns(100L * LargeMessages.LARGE, 100L * LargeMessages.LARGE, 1000, SHORT_MS, SHORT_MS);
        Stopped stopped = new Stopped();
        large.take("a", stopped, 100L * LargeMessages.LARGE, 0);
        stopped.brought = 60 * LargeMessages.LARGE;
        assertTrue(large.take("b", NOBODY, 100L * LargeMessages.LARGE, LONG_MS));
        assertTrue(stopped.ended.get(LONG_MS, TimeUnit.MILLISECONDS).contains("others waited"));
    }

    @Test
    void aTurnMayBecomeLargerWhereThereIsRoom() throws Exception {
        turns.take("a", NOBODY, 60, 0);
        assertTrue(turns.take("a", NOBODY, 50, 0));
        assertTrue(turns.take("a", NOBODY, 100, 0));
        turns.take("b", NOBODY, 90, 0);
        assertThrows(IOException.class, () -> turns.take("a", NOBODY, 120, 0));
        turns.end("b");
        assertFalse(turns.take("a", NOBODY, 120, 0));
    }

    @Test
    void whoTheBrokerKeepsWaitingCountsForTheMessageOnly() throws Exception {
        Turns large = new Turns(100, 100, 1000, SHORT_MS, LONG_MS);
        large.take("a", NOBODY, 100, 0);
        large.whole("a");
        assertThrows(IOException.class, () -> large.take("b", NOBODY, 50, 0));
        Thread.sleep(2 * SHORT_MS);
        assertTrue(large.take("b", NOBODY, 50, 0));
    }

    @Test
    void theSlowestGivesItsBufferToWhoeverComes() throws Exception {
        Turns large = new Turns(10_000, 10_000, 1000, SHORT_MS, LONG_MS);
        Stopped slow = new Stopped(400);
        Stopped slower = new Stopped(400);
        large.take("a", slow, 800, 0);
        large.take("b", slower, 800, 0);
        // Nobody is slow yet, and nobody is ended for another.
        assertThrows(IOException.class, () -> large.take("c", new Stopped(400), 800, 0));
        slow.brought = 200;
        slower.brought = 100;
        Thread.sleep(2 * SHORT_MS);
        assertTrue(large.take("c", new Stopped(400), 800, 0));
        assertTrue(slower.ended.get(LONG_MS, TimeUnit.MILLISECONDS).contains("slower"));
        assertFalse(slow.ended.isDone());
    }

    @Test
    void whoHasBroughtAllIsLeftAlone() throws Exception {
        Turns large = new Turns(100, 100, 1000, SHORT_MS, SHORT_MS);
        Stopped whole = new Stopped();
        large.take("a", whole, 100, 0);
        large.whole("a");
        assertThrows(IOException.class, () -> large.take("b", NOBODY, 100, 10 * SHORT_MS));
        assertFalse(whole.ended.isDone());
    }

    private CompletableFuture<Boolean> waiting(String who) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return turns.take(who, NOBODY, 100, LONG_MS);
            } catch (IOException refused) {
                throw new UncheckedIOException(refused);
            }
        });
    }

    @Test
    void anArrayOfALargeFrameIsNotKept() throws Exception {
        TcpTransport connection = FramesTest.connection(new StompWireFormat());
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        small.write(1);
        assertSame(small, LargeMessages.emptied(small, connection));
        assertEquals(0, small.size());
        ByteArrayOutputStream large = new ByteArrayOutputStream();
        large.write(new byte[LargeMessages.LARGE], 0, LargeMessages.LARGE);
        assertNotSame(large, LargeMessages.emptied(large, connection));
    }
}
