package dev.mqha.patches.large_messages;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.patches.memory_room.CrowdedBroker;
import dev.mqha.rig.Amqp;
import dev.mqha.rig.Jvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker took all that came of AMQP messages, whole or not: a few dozen senders filled its memory. */
class AmqpTurnsTest {
    /** So long a connection that nobody holds back has written a message many times over. */
    private static final long WAIT_MS = 3000;

    private static final long LIMIT_MS = 60_000;

    /** More than what the buffers of a connection on this machine take. */
    private static final int BYTES = 14 * 1024 * 1024;

    /** Each of them counts for 28 of the 128 MB that an eighth of the heap is, and a new one for 64. */
    private static final int SLOW = 3;

    @TempDir
    Path directory;

    /** As many as may begin a large message and are slow; they end it when one more has tried. */
    public static final class OneMore {
        public static void main(String[] args) throws Exception {
            int port = CrowdedBroker.portOf(CrowdedBroker.broker(Path.of(args[0])));
            ExecutorService threads = Executors.newCachedThreadPool();
            CountDownLatch begun = new CountDownLatch(SLOW);
            CountDownLatch tried = new CountDownLatch(1);
            List<Future<?>> sent = new ArrayList<>();
            for (int number = 0; number < SLOW; number++) {
                AtomicBoolean first = new AtomicBoolean(true);
                sent.add(threads.submit(() -> send(port, () -> {
                    if (first.getAndSet(false)) {
                        begun.countDown();
                    }
                    return tried.getCount() == 0;
                })));
            }
            if (!begun.await(LIMIT_MS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("not all came in");
            }
            CountDownLatch written = new CountDownLatch(1);
            sent.add(threads.submit(() -> send(port, () -> {
                written.countDown();
                return true;
            })));
            System.out.println(written.await(WAIT_MS, TimeUnit.MILLISECONDS) ? "comes in" : "waits");
            tried.countDown();
            for (Future<?> one : sent) {
                one.get(LIMIT_MS, TimeUnit.MILLISECONDS);
            }
            System.out.println("all are sent");
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }

        private static Void send(int port, BooleanSupplier goesOn) throws IOException {
            try (Amqp client = new Amqp(port, "turns")) {
                client.send(new byte[BYTES], goesOn);
            }
            return null;
        }
    }

    @Test
    void oneMoreThanHasRoomWaitsForTheOthers() throws Exception {
        assertEquals("waits\nall are sent", large(Jvm.mended()).print(OneMore.class, directory.resolve("mended")));
        assertEquals("comes in\nall are sent", large(Jvm.stock()).print(OneMore.class, directory.resolve("stock")));
    }

    private static Jvm large(Jvm jvm) {
        return jvm.option("-Xmx1g");
    }
}
