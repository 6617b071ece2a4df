package dev.mqha.patches.replication_names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.ReplicatedFiles;
import dev.mqha.rig.FalseMaster;
import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReceivedTest {
    private static final long LOG_SIZE = 1024 * 1024;

    @TempDir
    Path directory;

    @Test
    void namesOfAStoreAreThoseOfItsFiles() {
        assertTrue(ReplicatedFiles.isLog("00000000000000ff.log"));
        for (String name : List.of("CURRENT", "LOG", "LOG.old", "MANIFEST-000002", "000005.sst", "000003.log", "000007.ldb")) {
            assertTrue(ReplicatedFiles.isIndex(name), name);
            assertTrue(ReplicatedFiles.isAsked("00000000000000ff.index/" + name), name);
        }
        for (String name : new String[] {
            "", ".", "..", "/", "a/b", "../a", "a/../b", "/etc/passwd", "a\\b", "..\\a", "C:\\a", "a\0", "a\n", "a..b", "stash", null
        }) {
            assertFalse(ReplicatedFiles.isLog(name), name);
            assertFalse(ReplicatedFiles.isIndex(name) && !"stash".equals(name), name);
            assertFalse(ReplicatedFiles.isAsked("log/" + name), name);
            assertFalse(ReplicatedFiles.isAsked("../" + name), name);
            assertFalse(ReplicatedFiles.isAsked(name), name);
        }
    }

    @Test
    void partsOfFilesDoNotWrapAround() {
        assertTrue(ReplicatedFiles.isPart(0, 0));
        assertTrue(ReplicatedFiles.isPart(100, 100_000_000));
        assertFalse(ReplicatedFiles.isPart(-1, 1));
        assertFalse(ReplicatedFiles.isPart(1, -1));
        assertFalse(ReplicatedFiles.isPart(Long.MAX_VALUE, 1));
        assertFalse(ReplicatedFiles.isPart(1, Long.MAX_VALUE));
        assertFalse(ReplicatedFiles.isPart(0, 1L << 40));
    }

    /** Follows a false master, which lists other files each time. Prints whether a name led to a file, and whether the store is whole. */
    public static final class Follows {
        public static void main(String[] args) throws Exception {
            Path store = Path.of(args[0], "store");
            try (Replicas.Master master = Replicas.master(store, 1, LOG_SIZE).serving()) {
                Replicas.send(master, "q", 10, 100);
            }
            long before = Files.size(Replicas.logs(store).get(0));
            String[] listings = Arrays.copyOfRange(args, 1, args.length);
            try (FalseMaster master = new FalseMaster(listings)) {
                SlaveLevelDBStore slave = Replicas.slave(master.port(), store, LOG_SIZE);
                // It tries again a second after each.
                Replicas.eventually("all is listed", () -> master.listed() >= listings.length);
                Replicas.eventually("a file is there, or it has begun anew", () -> isOwned(args[0]) || master.listed() > listings.length);
                System.out.println(isOwned(args[0]));
                slave.stop();
                System.out.println(Files.size(Replicas.logs(store).get(0)) == before);
            }
            Runtime.getRuntime().halt(0);
        }

        private static boolean isOwned(String directory) {
            return Files.exists(Path.of(directory, "owned")) || Files.exists(Path.of(directory, "store", "nodeid.txt.owned"));
        }
    }

    private static String listing(String log, String index) {
        String file = "[{\"file\":\"%s\",\"length\":5,\"crc32\":1}]";
        return String.format(
                "{\"snapshot_position\":0,\"wal_append_position\":5,\"append_log\":\"0000000000000000.log\","
                        + "\"log_files\":%s,\"index_files\":%s}",
                log == null ? "[]" : String.format(file, log), index == null ? "[]" : String.format(file, index));
    }

    @Test
    void theAttackWritesAFileBesideAStockStore() throws Exception {
        String out = Jvm.stock().print(Follows.class, directory, listing("../owned", null));
        assertTrue(out.startsWith("true"), out);
    }

    @Test
    void aFalseMasterWritesNothingBesideTheStore() throws Exception {
        Object[] args = Stream.of(
                        Stream.of(directory.toString()),
                        Stream.of("../owned", directory + "/owned", "..", "", "..\\\\owned", "nodeid.txt.owned", "0000000000000000.log/../../owned")
                                .map(name -> listing(name, null)),
                        Stream.of("../../owned", directory + "/owned", "..", "").map(name -> listing(null, name)),
                        Stream.of(listing("0000000000000000.log", null).replace("\"length\":5", "\"length\":4611686018427387904")))
                .flatMap(all -> all)
                .toArray();
        assertEquals("false\ntrue", Jvm.mended().print(Follows.class, args));
    }
}
