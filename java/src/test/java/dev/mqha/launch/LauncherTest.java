package dev.mqha.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
