package dev.mqha.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Fatal;
import dev.mqha.rig.Jvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
    /** Says its arguments, and waits until it is killed. */
    public static final class Waits {
        public static void main(String[] args) throws Exception {
            System.out.println("running " + String.join(",", args));
            Thread.sleep(60_000);
        }
    }

    public static final class Fails {
        public static void main(String[] args) {
            throw new IllegalStateException("broken on purpose");
        }
    }

    /** As a start of the broker that has failed and left a thread of its store. */
    public static final class BrokerGone {
        public static void main(String[] args) {
            new Thread(() -> {
                        while (true) {
                            Thread.onSpinWait();
                        }
                    })
                    .start();
            Launcher.endWithoutBroker(args.length == 0 ? null : new IllegalStateException(args[0]));
        }
    }

    /** As a broker that stops since its process was told to end. */
    public static final class BrokerStopped {
        public static void main(String[] args) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                Launcher.endWithoutBroker(null);
                System.out.println("stopped");
            }));
            System.exit(0);
        }
    }

    @TempDir
    Path directory;

    private final List<Process> children = new ArrayList<>();

    @AfterEach
    void end() throws Exception {
        for (Process child : children) {
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void theSecondOnADirectoryIsTurnedAwayUntilTheFirstIsDead() throws Exception {
        Process first = launch(directory, Waits.class, "a", "b");
        assertEquals("running a,b", firstLine(first));

        Process second = launch(directory, Waits.class);
        String said = new String(second.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(75, second.waitFor());
        assertTrue(said.contains(directory.toString()), said);
        assertTrue(said.contains("process " + first.pid()), said);

        first.destroyForcibly().waitFor();
        assertEquals("running ", firstLine(launch(directory, Waits.class)));
    }

    @Test
    void aMissingDirectoryIsSaid() throws Exception {
        Process child = launch(directory.resolve("none"), Waits.class);
        String said = new String(child.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(74, child.waitFor());
        assertTrue(said.contains("none"), said);
    }

    @Test
    void theFailureOfTheProgramIsShownAsItIs() throws Exception {
        Process child = launch(directory, Fails.class);
        String said = new String(child.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertNotEquals(0, child.waitFor());
        assertTrue(said.contains("IllegalStateException: broken on purpose"), said);
    }

    @Test
    void aProcessWhoseBrokerIsGoneEndsAndSaysSo() throws Exception {
        Jvm jvm = Jvm.stock().option("-Dmqha.log=" + directory);
        assertEquals(End.BROKER_GONE.exitCode(), jvm.run(BrokerGone.class).exitCode());
        Path record = directory.resolve(Fatal.RECORD);
        assertTrue(Files.readString(record).contains("\"broker-gone\""), Files.readString(record));
        assertEquals(
                End.BROKER_GONE.exitCode(),
                jvm.run(BrokerGone.class, "port in use").exitCode());
        assertTrue(Files.readString(record).contains("port in use"), Files.readString(record));
    }

    @Test
    void aProcessThatWasToldToEndSaysNothingOfItsBroker() throws Exception {
        Jvm.Ended ended = Jvm.stock().option("-Dmqha.log=" + directory).run(BrokerStopped.class);
        assertEquals(0, ended.exitCode());
        assertEquals("stopped", ended.out());
        assertFalse(Files.exists(directory.resolve(Fatal.RECORD)));
    }

    @Test
    void theEndOfTheProcessEndsItsLifeLine() throws Exception {
        Files.createDirectory(directory.resolve("tmp"));
        Process child = launch(directory, Waits.class);
        assertEquals("running ", firstLine(child));
        try (SocketChannel line = SocketChannel.open(UnixDomainSocketAddress.of(directory.resolve("tmp/life")))) {
            line.configureBlocking(false);
            assertEquals(0, line.read(ByteBuffer.allocate(1)));
            line.configureBlocking(true);
            child.destroyForcibly();
            // The kernel resets a connection that was never accepted.
            assertThrows(IOException.class, () -> line.read(ByteBuffer.allocate(1)));
        }
    }

    private Process launch(Path lock, Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Launcher.class.getName(),
                lock.toString(),
                main.getName()));
        command.addAll(List.of(args));
        Process child = new ProcessBuilder(command).directory(directory.toFile()).start();
        children.add(child);
        return child;
    }

    private static String firstLine(Process child) throws IOException {
        return new BufferedReader(child.inputReader(StandardCharsets.UTF_8)).readLine();
    }
}
