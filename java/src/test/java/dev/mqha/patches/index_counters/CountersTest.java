package dev.mqha.patches.index_counters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.nio.file.Path;
import org.apache.activemq.leveldb.LevelDBClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.JavaConversions;

class CountersTest {
    private static final long LOG_SIZE = 1024 * 1024;

    @TempDir
    Path directory;

    /** Makes the numbers of a store wrong, and starts from it. Prints depth, files that are referred to, and what is drained. */
    public static final class StartsWithWrongNumbers {
        public static void main(String[] args) throws Exception {
            Path directory = Path.of(args[0]);
            try (Replicas.Master master = Replicas.master(directory, 1, LOG_SIZE).serving()) {
                Replicas.send(master, "numbers", 10, 200_000);
                LevelDBClient client = master.store.client();
                client.writeExecutor().submit(() -> {
                    JavaConversions.mutableMapAsJavaMap(client.collectionMeta())
                            .values()
                            .forEach(meta -> meta.size_$eq(Long.parseLong(args[1])));
                    client.logRefs().clear();
                }).get();
            }
            try (Replicas.Master master = Replicas.master(directory, 1, LOG_SIZE).serving()) {
                System.out.println(Replicas.depth(master, "numbers") + " " + master.store.client().logRefs().size() + " "
                        + Replicas.drained(master, "numbers") + " " + Replicas.settledDepth(master, "numbers"));
            }
            System.exit(0);
        }
    }

    @Test
    void whatAStoreCountsIsMendedWhenItsMasterStarts() throws Exception {
        assertEquals("35 0 10 25", Jvm.stock().print(StartsWithWrongNumbers.class, directory.resolve("stock"), 35));
        assertEquals("10 2 10 0", Jvm.mended().print(StartsWithWrongNumbers.class, directory.resolve("more"), 35));
        assertEquals("10 2 10 0", Jvm.mended().print(StartsWithWrongNumbers.class, directory.resolve("fewer"), 3));
    }
}
