package dev.mqha.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.transport.stomp.StompWireFormat;
import org.apache.activemq.util.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final long LONG_MS = 20_000;

    private final Turns turns = new Turns(100, 200);

    @Test
    void thoseThatFitComeInTogether() throws IOException {
        assertTrue(turns.take("a", 60, 0));
        assertTrue(turns.take("b", 40, 0));
        assertFalse(turns.take("c", 1, 0));
    }

    @Test
    void oneAloneMayBeAsLargeAsItIs() throws IOException {
        assertTrue(turns.take("a", 1000, 0));
    }

    @Test
    void whoeverWaitsComesInWhenAnotherGoes() throws Exception {
        turns.take("a", 100, 0);
        CompletableFuture<Boolean> waiting = waiting("b");
        assertFalse(waiting.isDone());
        turns.end("a");
        assertTrue(waiting.get(LONG_MS, TimeUnit.MILLISECONDS));
    }

    @Test
    void whoHasNoTurnEndsNone() throws IOException {
        turns.end("a");
        turns.take("a", 100, 0);
        turns.end("b");
        assertFalse(turns.take("b", 100, 0));
    }

    @Test
    void whoeverHasWaitedForLongComesInBesideUntilThereIsTwiceAsMuch() throws IOException {
        assertTrue(turns.take("a", 100, 0));
        assertFalse(turns.take("b", 100, 0));
        IOException refused = assertThrows(IOException.class, () -> turns.take("c", 1, 0));
        assertTrue(refused.getMessage().contains("200 bytes"), refused.getMessage());
        assertTrue(turns.take("b", 100, 0));
    }

    @Test
    void theTurnOfAConnectionThatIsGoneIsOver() throws Exception {
        turns.take(new Object(), 100, 0);
        CompletableFuture<Boolean> waiting = waiting("b");
        while (!waiting.isDone()) {
            System.gc();
            Thread.sleep(50);
        }
        assertTrue(waiting.get());
    }

    private CompletableFuture<Boolean> waiting(String who) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return turns.take(who, 100, LONG_MS);
            } catch (IOException refused) {
                throw new UncheckedIOException(refused);
            }
        });
    }

    @Test
    void anArrayOfALargeFrameIsNotKept() {
        StompWireFormat format = new StompWireFormat();
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        small.write(1);
        assertSame(small, Turns.emptied(small, format));
        assertEquals(0, small.size());
        ByteArrayOutputStream large = new ByteArrayOutputStream();
        large.write(new byte[Turns.LARGE], 0, Turns.LARGE);
        assertNotSame(large, Turns.emptied(large, format));
    }
}
