package dev.mqha.launch;

import dev.mqha.patches.common.End;
import dev.mqha.patches.common.Fatal;
import dev.mqha.patches.watched_log.LogList;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * Takes an exclusive lock on a data directory, opens a life line, and then calls another main.
 *
 * <p>The store's own lock is off in a replicated broker, and a second process on one directory would
 * truncate the log of the first. The operating system takes this lock back when the process ends,
 * however it ends. POSIX drops it as soon as any descriptor of the file is closed in the process, so
 * the file is opened once, and both channel and lock stay reachable for the life of the JVM.
 *
 * <p>The life line is a local socket that listens for as long as the process lives. Whoever connects
 * learns of the process's end from the kernel, at once and without asking again and again. Nobody
 * accepts a connection: it is there as soon as the kernel has queued it.
 */
public final class Launcher {
    static final String LOCK_FILE = "mqha.lock";

    /** Relative to the working directory, since the path of a local socket is at most about 100 bytes long. */
    static final Path LIFE_LINE = Path.of("tmp", "life");

    private static final int BACKLOG = 4096;

    private static final String BROKER = "org.apache.activemq.console.command.ShellCommand";

    /** Where the store of a broker lies in its data directory; src/broker/store.ts. */
    private static final String STORE = "storedb";

    private static final int USAGE = 64;
    private static final int CANNOT_LOCK = 74;
    private static final int IN_USE = 75;

    @SuppressWarnings("unused")
    private static FileChannel channel;

    @SuppressWarnings("unused")
    private static FileLock lock;

    @SuppressWarnings("unused")
    private static ServerSocketChannel lifeLine;

    private Launcher() {}

    /**
     * Locks a directory and runs a program.
     *
     * @param args lock directory, main class, the arguments of that class
     */
    public static void main(String[] args) throws Throwable {
        if (args.length < 2) {
            exit(USAGE, "usage: Launcher <lock directory> <main class> [argument...]");
        }
        acquire(Path.of(args[0]));
        openLifeLine();
        if (args[1].equals(BROKER)) {
            StoredObjects.limit();
            LogList.forgetUnwatched(Path.of(args[0], STORE).toFile());
            Standby.begin();
        }
        String[] rest = Arrays.copyOfRange(args, 2, args.length);
        Throwable failure = null;
        try {
            Class.forName(args[1]).getMethod("main", String[].class).invoke(null, (Object) rest);
        } catch (InvocationTargetException wrapped) {
            failure = wrapped.getCause();
        }
        if (args[1].equals(BROKER)) {
            endWithoutBroker(failure);
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Ends a process whose broker is gone: threads that a failed start has left would keep it, registered nowhere and
     * without a word.
     *
     * @param failure null where the program has returned
     */
    static void endWithoutBroker(Throwable failure) {
        if (!isEnding()) {
            Fatal.end(End.BROKER_GONE, failure == null ? "see activemq.log" : String.valueOf(failure), failure);
        }
    }

    /** Whether this process was told to end, and its broker has stopped for that reason. */
    private static boolean isEnding() {
        Thread hook = new Thread(() -> {});
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            return !Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException ending) {
            return true;
        }
    }

    private static void acquire(Path directory) {
        try {
            channel = FileChannel.open(
                    directory.resolve(LOCK_FILE),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            lock = channel.tryLock();
            if (lock == null) {
                exit(IN_USE, directory.toAbsolutePath() + " is in use by process " + holder());
            }
            String pid = ProcessHandle.current().pid() + "\n";
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException failure) {
            exit(CANNOT_LOCK, directory.toAbsolutePath() + " cannot be locked: " + failure);
        }
    }

    /** Without it a supervisor asks for the process now and then, and all else is the same. */
    private static void openLifeLine() {
        try {
            Files.deleteIfExists(LIFE_LINE);
            lifeLine = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            lifeLine.bind(UnixDomainSocketAddress.of(LIFE_LINE), BACKLOG);
        } catch (IOException | UnsupportedOperationException failure) {
            System.err.println("mqha: no life line: " + failure);
        }
    }

    /** The pid that the holder wrote, read through the one channel. */
    private static String holder() throws IOException {
        ByteBuffer text = ByteBuffer.allocate(32);
        channel.read(text, 0);
        return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
    }

    private static void exit(int code, String message) {
        System.err.println("mqha: " + message);
        System.exit(code);
    }
}
