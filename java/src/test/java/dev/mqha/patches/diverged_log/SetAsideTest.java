package dev.mqha.patches.diverged_log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.End;
import dev.mqha.patches.stashed_log.StashedLog;
import dev.mqha.patches.watched_log.LogList;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Link;
import dev.mqha.rig.Replicas;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.activemq.leveldb.LevelDBStore;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.apache.activemq.leveldb.util.FileSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The list of a store's files goes with the store: into the stash of a slave that attaches, back again, and away. */
class SetAsideTest {
    private static final long LOG_SIZE = 256 * 1024;
    private static final int COUNT = 20;

    @TempDir
    Path directory;

    /** Fills two copies of a store, of more than one file. */
    public static final class Fills {
        public static void main(String[] args) throws Exception {
            try (Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 2, LOG_SIZE)) {
                SlaveLevelDBStore slave = Replicas.slave(master, Path.of(args[0], "second"), LOG_SIZE);
                Replicas.send(master.serving(), "numbers", COUNT, 50_000);
                Replicas.caughtUp(master, slave);
                slave.stop();
            }
            System.exit(0);
        }
    }

    /** A slave that gives up before it has the files of its master; what a kill would leave is copied. */
    public static final class GivesUp {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 2, LOG_SIZE);
            Replicas.eventually("it listens", () -> master.store.transport_server() != null);
            Link link = new Link(master.store.getPort());
            SlaveLevelDBStore slave = Replicas.slave(link.port(), Path.of(args[1]), LOG_SIZE);
            Replicas.eventually("it downloads", () -> slave.transfer_session() != null);
            Replicas.killed(Path.of(args[1]), Path.of(args[2]));
            slave.stop();
            System.exit(0);
        }
    }

    /** A slave that attaches to a master whose log is shorter. */
    public static final class Attaches {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0]), 2, LOG_SIZE);
            SlaveLevelDBStore slave = Replicas.slave(master, Path.of(args[1]), LOG_SIZE);
            Replicas.caughtUp(master.serving(), slave);
            slave.stop();
            System.exit(0);
        }
    }

    /** Removes everything, before the start and while the store is open. */
    public static final class Purges {
        public static void main(String[] args) throws Exception {
            LevelDBStore store = new LevelDBStore();
            store.setDirectory(Path.of(args[0]).toFile());
            store.setLogSize(LOG_SIZE);
            store.deleteAllMessages();
            store.start();
            store.client().purge();
            // Time for a look at the files.
            Thread.sleep(1500);
            Runtime.getRuntime().halt(0);
        }
    }

    private static String list(Path store) throws Exception {
        return Files.readString(store.resolve(LogList.FILE));
    }

    private Path filled(String name) throws Exception {
        Path made = directory.resolve(name);
        Jvm.mended().print(Fills.class, made);
        return made;
    }

    @Test
    void theListComesBackWithTheStore() throws Exception {
        Path made = filled("made");
        Path slave = made.resolve("second");
        Path killed = directory.resolve("killed");
        String before = list(slave);
        assertTrue(before.startsWith("role slave") && before.lines().count() > 3, before);
        Jvm.mended().print(GivesUp.class, made.resolve("first"), slave, killed);
        assertEquals(before, list(slave));
        // Had it been killed, its list would lie with what is put back, and none beside the half download.
        assertEquals(before, list(killed.resolve("stash")));
        assertFalse(Files.exists(killed.resolve(LogList.FILE)));
    }

    @Test
    void whoGaveUpAnAttachIsEmptiedByNoMasterThatIsBehind() throws Exception {
        Path made = filled("made");
        Path slave = made.resolve("second");
        Jvm.mended().print(GivesUp.class, made.resolve("first"), slave, directory.resolve("killed"));
        Path shorter = directory.resolve("shorter");
        Jvm.mended().print(FillsLittle.class, shorter, 1);
        Jvm.Ended ended = Jvm.mended().run(Attaches.class, shorter, slave);
        assertEquals(End.MASTER_BEHIND.exitCode(), ended.exitCode(), ended.err());
    }

    @Test
    void whatWasNotGivenUpForAMasterIsKeptWhenItsLogHasGrown() throws Exception {
        Path made = filled("made");
        Path slave = made.resolve("second");
        Path behind = directory.resolve("behind");
        Jvm.mended().print(FillsLittle.class, behind, 1);
        Jvm.Ended ended = Jvm.mended().run(Attaches.class, behind, slave);
        assertEquals(End.MASTER_BEHIND.exitCode(), ended.exitCode(), ended.err());
        Jvm.mended().print(FillsLittle.class, behind, 2 * COUNT);
        Jvm.mended().print(Attaches.class, behind, slave);
        try (Stream<Path> kept = Files.list(made.resolve("stash-kept"))) {
            Path only = kept.toList().get(0);
            assertTrue(Files.readString(only.resolve("why.txt")).startsWith("a quorum had it: "));
            assertTrue(Replicas.logs(only.resolve("store")).size() > 1);
        }
        assertFalse(list(slave).contains("ahead"));
    }

    /** Fills a store with some messages. */
    public static final class FillsLittle {
        public static void main(String[] args) throws Exception {
            int count = Integer.parseInt(args[1]);
            try (Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE)) {
                Replicas.send(master.serving(), "numbers", count, count == 1 ? 100 : 50_000);
            }
            System.exit(0);
        }
    }

    @Test
    void aPurgeIsNoLoss() throws Exception {
        Path made = filled("made");
        Jvm.mended().print(Purges.class, made.resolve("first"));
        assertEquals(1, Replicas.logs(made.resolve("first")).size());
    }

    @Test
    void aStashThatIsBeingDeletedIsNoneAnyMore() throws Exception {
        Path stash = Files.createDirectories(directory.resolve("stash"));
        Files.writeString(stash.resolve("0000000000000000.log"), "records");
        Path tmp = Files.createDirectories(directory.resolve("stash.tmp"));
        Files.writeString(tmp.resolve("left"), "by an earlier one");
        StashedLog.remove(new FileSupport.RichFile(stash.toFile()));
        assertFalse(Files.exists(stash) || Files.exists(tmp));
    }
}
