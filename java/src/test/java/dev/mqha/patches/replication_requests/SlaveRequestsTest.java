package dev.mqha.patches.replication_requests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Peer;
import dev.mqha.rig.Replicas;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SlaveRequestsTest {
    private static final long LOG_SIZE = 1024 * 1024;

    @TempDir
    Path directory;

    /** Sends what no slave sends, each on a connection of its own. Prints what was hung up on. */
    public static final class Refusals {
        public static void main(String[] args) throws Exception {
            try (Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving()) {
                List<String> seen = new ArrayList<>();
                for (String frames : List.of(
                        "what\n\0",
                        "sync\n\0",
                        "get\n{\"file\":\"log/0000000000000000.log\",\"offset\":0,\"length\":1}\0",
                        "LevelDB Store Replication v1:login\n{\"node_id\":\"n\",\"security_token\":\"toke\"}\0",
                        "LevelDB Store Replication v1:login\nnull\0",
                        "LevelDB Store Replication v1:login\n{\"security_token\":\"token\"}\0",
                        "LevelDB Store Replication v1:login\n[[[[\0",
                        Peer.LOGIN + "what\n\0",
                        Peer.LOGIN + "ack\n{\"position\":{}}\0")) {
                    try (Peer peer = new Peer(master.store.getPort()).send(frames)) {
                        seen.add(String.valueOf(peer.isHungUpOn()));
                    }
                }
                System.out.println(String.join(" ", seen));
            }
            System.exit(0);
        }
    }

    @Test
    void whatNoSlaveSendsEndsItsConnection() throws Exception {
        String all = "true ".repeat(9).strip();
        assertEquals(all, Jvm.mended().print(Refusals.class, directory.resolve("mended")));
    }

    /** Sends frames that are not taken and reads no answer, on one connection. Prints whether it could go on. */
    public static final class Floods {
        public static void main(String[] args) throws Exception {
            try (Replicas.Master master = Replicas.master(Path.of(args[0]), 1, LOG_SIZE).serving()) {
                String frames = "x\n\0".repeat(20_000);
                boolean isOpen = true;
                try (Peer peer = new Peer(master.store.getPort())) {
                    for (int round = 0; round < 100; round++) {
                        peer.send(frames);
                    }
                } catch (SocketException reset) {
                    isOpen = false;
                }
                System.out.println(isOpen);
            }
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void answersThatNobodyReadsAreNotKept() throws Exception {
        assertEquals("false", Jvm.mended().print(Floods.class, directory.resolve("mended")));
        assertEquals("true", Jvm.stock().print(Floods.class, directory.resolve("stock")));
    }

    /** Sends frames that cannot be read, on many connections, while a slave is there. Prints how much it still gets. */
    public static final class Garbage {
        public static void main(String[] args) throws Exception {
            Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 2, LOG_SIZE);
            var slave = Replicas.slave(master, Path.of(args[0], "second"), LOG_SIZE);
            master.serving();
            for (int number = 0; number < 100; number++) {
                try (Peer peer = new Peer(master.store.getPort())) {
                    peer.send("LevelDB Store Replication v1:login\n{\"" + number + "\0").frame();
                } catch (IOException reset) {
                    // It was hung up on while it wrote.
                }
            }
            Replicas.send(master, "q", 10, 100);
            Replicas.caughtUp(master, slave);
            System.out.println("caught up");
            Runtime.getRuntime().halt(0);
        }
    }

    @Test
    void framesThatCannotBeReadLeaveFewLines() throws Exception {
        Jvm.Ended mended = Jvm.mended().run(Garbage.class, directory.resolve("mended"));
        assertEquals("caught up", mended.out(), mended.err());
        assertTrue(mended.err().lines().filter(line -> !line.contains("INFO")).count() < 40, mended.err());
    }

    /** Logs in and asks for files. Prints the answers. */
    public static final class Asks {
        public static void main(String[] args) throws Exception {
            Path store = Path.of(args[0], "store");
            Files.writeString(Path.of(args[0], "secret"), "secret");
            try (Replicas.Master master = Replicas.master(store, 1, LOG_SIZE).serving()) {
                Replicas.send(master, "q", 1, 100);
                List<String> seen = new ArrayList<>();
                for (String file : List.of("log/0000000000000000.log", "log/../secret", "../secret", args[0] + "/secret")) {
                    seen.add(answer(master, file, 0, 6));
                }
                if (args.length > 1) {
                    System.out.println(seen.get(1));
                    Runtime.getRuntime().halt(0);
                }
                seen.add(answer(master, "log/0000000000000000.log", 1L << 40, 1));
                seen.add(answer(master, "log/0000000000000000.log", Long.MAX_VALUE, 6));
                seen.add(answer(master, "log/0000000000000000.log", 0, 1L << 30));
                seen.add(answer(master, "log/0000000000000000.log", -1, 2));
                seen.add(answer(master, "log/0000000000000000.log", 0, -2));
                seen.add(answer(master, "log/00000000000000ff.log", 0, 6));
                System.out.println(String.join("; ", seen));
            }
            Runtime.getRuntime().halt(0);
        }

        private static String answer(Replicas.Master master, String file, long offset, long length) throws IOException {
            try (Peer peer = new Peer(master.store.getPort())) {
                peer.send(Peer.LOGIN);
                peer.frame();
                peer.send("get\n{\"file\":\"" + file + "\",\"offset\":" + offset + ",\"length\":" + length + "}\0");
                String answer = peer.frame();
                return answer != null && answer.startsWith("ok") ? peer.bytes((int) length).length() + " bytes" : answer;
            }
        }
    }

    @Test
    void onlyFilesOfTheStoreAreSent() throws Exception {
        String[] answers = Jvm.mended().print(Asks.class, directory).split("; ");
        assertEquals("6 bytes", answers[0]);
        for (int number = 1; number < answers.length; number++) {
            assertTrue(answers[number].startsWith("error "), answers[number]);
        }
        assertEquals(10, answers.length);
        assertEquals("6 bytes", Jvm.stock().print(Asks.class, directory, "only the first"));
    }
}
