package dev.mqha.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Amqp;
import dev.mqha.rig.Jvm;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker took all that came of AMQP messages, whole or not: a few dozen senders filled its memory. */
class AmqpTurnsTest {
    /** So long a connection that nobody holds back has written a message many times over. */
    private static final long WAIT_MS = 3000;

    private static final long LIMIT_MS = 60_000;

    /** More than what the buffers of a connection on this machine take. */
    private static final int BYTES = 14 * 1024 * 1024;

    @TempDir
    Path directory;

    /** Two begin a large message, and end it when a third has tried. */
    public static final class ThirdSender {
        public static void main(String[] args) throws Exception {
            int port = CrowdedBroker.portOf(CrowdedBroker.broker(Path.of(args[0])));
            CountDownLatch begun = new CountDownLatch(2);
            CountDownLatch tried = new CountDownLatch(1);
            CompletableFuture<?>[] first = new CompletableFuture<?>[2];
            for (int number = 0; number < first.length; number++) {
                first[number] = CompletableFuture.runAsync(() -> send(port, () -> {
                    begun.countDown();
                    await(tried);
                }));
            }
            await(begun);
            // What was written is read a moment later.
            Thread.sleep(1000);
            CountDownLatch written = new CountDownLatch(1);
            CompletableFuture<?> third = CompletableFuture.runAsync(() -> send(port, written::countDown));
            System.out.println(written.await(WAIT_MS, TimeUnit.MILLISECONDS) ? "comes in" : "waits");
            tried.countDown();
            CompletableFuture.allOf(first).get(LIMIT_MS, TimeUnit.MILLISECONDS);
            third.get(LIMIT_MS, TimeUnit.MILLISECONDS);
            System.out.println("all are sent");
            System.out.flush();
            Runtime.getRuntime().halt(0);
        }

        private static void send(int port, Runnable almost) {
            try (Amqp client = new Amqp(port, "turns")) {
                client.send(new byte[BYTES], almost);
            } catch (java.io.IOException failure) {
                throw new java.io.UncheckedIOException(failure);
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await(LIMIT_MS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        }
    }

    @Test
    void theThirdWaitsUntilOneOfTheOthersIsThere() throws Exception {
        Jvm mended = Jvm.mended().option("-Xmx1g").option("-Djava.util.concurrent.ForkJoinPool.common.parallelism=4");
        assertEquals("waits\nall are sent", mended.print(ThirdSender.class, directory.resolve("mended")));
        Jvm stock = Jvm.stock().option("-Xmx1g").option("-Djava.util.concurrent.ForkJoinPool.common.parallelism=4");
        assertEquals("comes in\nall are sent", stock.print(ThirdSender.class, directory.resolve("stock")));
    }
}
