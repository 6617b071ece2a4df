package dev.mqha.patches.attaching_slaves;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Fatal;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Link;
import dev.mqha.rig.Replicas;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.activemq.leveldb.replicated.MasterLevelDBClient;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachTest {
    private static final long LOG_SIZE = 1024 * 1024;
    private static final int PART = 50_000;

    @TempDir
    Path directory;

    /**
     * Attaches a slave while the log rotates some times: its download ends when the first frame of the newest file
     * is half received. Then the log goes on for two files, and the slave takes over. Prints what was sent, the depth, what
     * was drained, and how many files the index of the slave refers to.
     */
    public static final class AttachesWhileTheLogRotates {
        public static void main(String[] args) throws Exception {
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            int rotations = Integer.parseInt(args[1]);
            Replicas.Master master = Replicas.master(first, 1, LOG_SIZE).serving();
            Replicas.send(master, "numbers", 10, PART);
            Link link = new Link(master.store.getPort());
            int[] begun = new int[1];
            link.rule((number, file, offset, length) -> offset == 0 && ++begun[0] == rotations ? length / 2 : length);
            SlaveLevelDBStore slave = Replicas.slave(link.port(), second, LOG_SIZE);
            Replicas.eventually("it is known", () -> !master.store.slaves().isEmpty());
            int sent = 10;
            while (!link.isHolding()) {
                Replicas.send(master, "numbers", 1, PART);
                sent++;
                Thread.sleep(10);
            }
            if (args.length > 2) {
                List<Path> files = Replicas.logs(first);
                Path newest = second.resolve(files.get(files.size() - 1).getFileName());
                Replicas.eventually("it receives the frame", () -> Files.exists(newest));
            }
            link.download();
            if (args.length > 2) {
                // The mended one waits for the frame.
                Replicas.eventually("it has attached too early", slave::caughtUp);
            } else {
                Replicas.eventually("it is downloaded", () -> Replicas.logs(second).size() > rotations);
                Thread.sleep(500);
            }
            link.release();
            Replicas.eventually("it has attached", slave::caughtUp);
            Replicas.send(master, "numbers", 49, PART);
            sent += 49;
            Replicas.caughtUp(master, slave);
            Replicas.written(slave);
            int files = slave.client().logRefs().size();
            slave.stop();
            try (Replicas.Master next = Replicas.master(second, 1, LOG_SIZE).serving()) {
                System.out.println(sent + " " + Replicas.depth(next, "numbers") + " " + Replicas.drained(next, "numbers") + " " + files);
            }
            System.exit(0);
        }
    }

    @Test
    void aSlaveThatAttachesWhileTheLogRotatesHasEverything() throws Exception {
        String[] stock = Jvm.stock()
                .print(AttachesWhileTheLogRotates.class, directory.resolve("stock"), 1, "early")
                .lines().reduce((one, other) -> other).orElseThrow().split(" ");
        assertTrue(Integer.parseInt(stock[2]) < Integer.parseInt(stock[0]), String.join(" ", stock));
        for (int rotations = 1; rotations <= 3; rotations++) {
            String[] mended = Jvm.mended()
                    .print(AttachesWhileTheLogRotates.class, directory.resolve("mended" + rotations), rotations)
                    .split(" ");
            String line = String.join(" ", mended);
            assertEquals(mended[0], mended[1], line);
            assertEquals(mended[0], mended[2], line);
            // What is not referred to is removed by the next master.
            assertTrue(Integer.parseInt(mended[3]) >= rotations + 2, line);
        }
    }

    /** Receives a frame that is spoilt, and another, and says that it goes on. */
    public static final class FailsToReplay {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 1, LOG_SIZE).serving();
            Link link = new Link(master.store.getPort());
            link.download();
            SlaveLevelDBStore slave = Replicas.slave(link.port(), Path.of(args[0], "second"), LOG_SIZE);
            Replicas.eventually("it has attached", slave::caughtUp);
            link.spoil();
            Replicas.send(master, "numbers", 2, 100);
            Replicas.caughtUp(master, slave);
            Replicas.written(slave);
            slave.stop();
            System.out.println("goes on");
            System.exit(0);
        }
    }

    @Test
    void aSlaveThatCannotReplayEndsItsProcessAndSaysWhy() throws Exception {
        assertEquals("goes on", last(Jvm.stock().print(FailsToReplay.class, directory.resolve("stock"))));
        fails(Jvm.mended(), FailsToReplay.class, directory.resolve("mended"));
    }

    /** Starts a master on a log with a record that is none. */
    public static final class StartsOnASpoiltLog {
        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            try (Replicas.Master master = Replicas.master(directory, 1, LOG_SIZE).serving()) {
                Replicas.send(master, "numbers", 30, PART);
            }
            for (String index : directory.toFile().list((in, name) -> name.endsWith(".index"))) {
                Files.walk(directory.resolve(index)).sorted((one, other) -> other.compareTo(one)).forEach(file -> file.toFile().delete());
            }
            Path log = Replicas.logs(directory).get(0);
            byte[] bytes = Files.readAllBytes(log);
            bytes[0] ^= 1;
            Files.write(log, bytes);
            try (Replicas.Master master = Replicas.master(directory, 1, LOG_SIZE).serving()) {
                System.out.println(master.broker.isStarted());
            }
            System.exit(0);
        }
    }

    @Test
    void aMasterThatCannotReplayEndsItsProcessAndSaysWhy() throws Exception {
        assertEquals("true", last(Jvm.stock().print(StartsOnASpoiltLog.class, directory.resolve("stock"))));
        fails(Jvm.mended(), StartsOnASpoiltLog.class, directory.resolve("mended"));
    }

    private void fails(Jvm jvm, Class<?> main, Path data) throws Exception {
        Path log = Files.createDirectories(directory.resolve("log"));
        Jvm.Ended ended = jvm.option("-D" + Fatal.LOG_DIRECTORY + "=" + log).run(main, data);
        assertEquals(End.REPLAY_FAILED.exitCode(), ended.exitCode(), ended.out() + ended.err());
        String record = Files.readString(log.resolve(Fatal.RECORD));
        assertTrue(record.contains("\"code\":\"replay-failed\"") && record.contains("position"), record);
    }

    private static String last(String out) {
        List<String> lines = out.lines().toList();
        return lines.get(lines.size() - 1);
    }

    /**
     * Collects the log while a slave attaches. Prints whether the files that the slave was told of stay until
     * it has them, whether it has attached, and how many are left in the end of the snapshots that were held.
     */
    public static final class CollectsWhileASlaveAttaches {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 1, LOG_SIZE).serving();
            MasterLevelDBClient client = (MasterLevelDBClient) master.store.client();
            Replicas.send(master, "numbers", 60, PART);
            Link link = new Link(master.store.getPort());
            SlaveLevelDBStore slave = Replicas.slave(link.port(), Path.of(args[0], "second"), LOG_SIZE);
            Replicas.eventually("it is known", () -> !master.store.slaves().isEmpty());
            Thread.sleep(300);
            List<Path> told = Replicas.logs(Path.of(args[0], "first"));
            Path snapshot = client.snapshotIndexFile(client.lastIndexSnapshotPos()).toPath();
            Replicas.send(master, "numbers", 50, PART);
            Replicas.drained(master, "numbers");
            Replicas.send(master, "numbers", 30, PART);
            collect(master);
            boolean stay = told.stream().allMatch(Files::exists) && Files.exists(snapshot);
            link.download();
            Thread.sleep(args.length > 1 ? 3000 : 0);
            if (args.length == 1) {
                Replicas.caughtUp(master, slave);
                Replicas.drained(master, "numbers");
                Replicas.send(master, "numbers", 30, PART);
                Replicas.eventually("they are collected", () -> {
                    collect(master);
                    return told.stream().noneMatch(Files::exists) && !Files.exists(snapshot);
                });
            }
            System.out.println(stay + " " + slave.caughtUp() + " " + client.snapshots_pending_delete().size());
            System.exit(0);
        }

        private static void collect(Replicas.Master master) throws Exception {
            Future<?> done = master.store.client().writeExecutor().submit(() -> {
                master.store.client().gc(scala.collection.JavaConversions.asScalaBuffer(new java.util.ArrayList<scala.Tuple2<Object, Object>>()));
            });
            done.get();
        }
    }

    @Test
    void whatASlaveDownloadsStaysUntilItHasIt() throws Exception {
        String stock = last(Jvm.stock().print(CollectsWhileASlaveAttaches.class, directory.resolve("stock"), "early"));
        assertTrue(stock.startsWith("false false "), stock);
        assertEquals("true true 0", last(Jvm.mended().print(CollectsWhileASlaveAttaches.class, directory.resolve("mended"))));
    }
}
