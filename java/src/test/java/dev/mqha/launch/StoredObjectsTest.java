package dev.mqha.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.nio.file.Path;
import org.apache.activemq.ActiveMQMessageAuditNoSync;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredObjectsTest {
    private static final long LOG_SIZE = 200 * 1024;

    @TempDir
    Path directory;

    /** What the store takes for one of its objects; whoever reads it runs its code. */
    public static final class Gadget extends ActiveMQMessageAuditNoSync {
        private static final long serialVersionUID = 1;

        private void readObject(ObjectInputStream in) throws IOException {
            System.out.println("ran");
        }
    }

    /** Leaves an index with one, as a false master would list it. */
    public static final class Plants {
        public static void main(String[] args) throws Exception {
            try (Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving()) {
                Replicas.send(master, "q", 5, 100);
                master.store.db().producerSequenceIdTracker_$eq(new Gadget());
            }
            System.exit(0);
        }
    }

    /** Opens that store, and sends. */
    public static final class Opens {
        public static void main(String[] args) throws Exception {
            StoredObjects.limit();
            try (Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving()) {
                Replicas.send(master, "q", 1, 100);
            }
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void aClassThatNoStoreWritesIsNotMadeOfAnIndex() throws Exception {
        Jvm.mended().print(Plants.class, directory);
        String open = "-D" + StoredObjects.PROPERTY + "=*";
        assertTrue(Jvm.mended().option(open).run(Opens.class, copy("open")).out().contains("ran"));
        Jvm.Ended limited = Jvm.mended().run(Opens.class, copy("limited"));
        assertFalse(limited.out().contains("ran"), limited.out());
    }

    private Path copy(String name) throws IOException {
        return Replicas.killed(directory.resolve("0").getParent(), directory.resolveSibling(directory.getFileName() + name));
    }

    /** Lets a slave attach from nothing with an index, be master, and take what is there; with the limit. */
    public static final class Attaches {
        public static void main(String[] args) throws Exception {
            StoredObjects.limit();
            Path first = Path.of(args[0], "first");
            Path second = Path.of(args[0], "second");
            try (Replicas.Master master = Replicas.master(first, 1, LOG_SIZE).serving()) {
                Replicas.send(master, "q", 20, 50_000);
            }
            // Its index has a snapshot now, and objects in it.
            try (Replicas.Master master = Replicas.master(first, 2, LOG_SIZE)) {
                SlaveLevelDBStore slave = Replicas.slave(master, second, LOG_SIZE);
                master.serving();
                Replicas.send(master, "q", 5, 50_000);
                Replicas.caughtUp(master, slave);
                Replicas.written(slave);
                slave.stop();
            }
            try (Replicas.Master master = Replicas.master(second, 1, LOG_SIZE).serving()) {
                System.out.println(Replicas.depth(master, "q") + " " + Replicas.drained(master, "q"));
            }
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void whatAStoreWritesIsRead() throws Exception {
        assertEquals("25 25", Jvm.mended().print(Attaches.class, directory));
    }
}
