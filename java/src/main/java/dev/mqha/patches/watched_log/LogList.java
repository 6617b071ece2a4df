package dev.mqha.patches.watched_log;

import dev.mqha.patches.common.Applied;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which files a log consists of, beside the log: {@code mqha-logs.txt}, which mqha reads as well. Their names do not
 * tell of one that is gone, since the store deletes what no message refers to any more, also between others.
 *
 * <pre>
 * role master
 * committed 209715345
 * ahead 209715345
 * log 0000000000000000 104857743
 * log 0000000006400ef -
 * </pre>
 */
public final class LogList {
    public static final String FILE = "mqha-logs.txt";

    /** The patch that keeps the lists. */
    private static final String PATCH = "watched-log";

    /** Whether the log was last written by a master or by a slave; null where that is not known. */
    public Boolean master;

    /** Of a master: how far its log has been on enough slaves; a second old at most. */
    public long committed;

    /** How far a slave's log went that did not follow a master, since that was behind what a quorum had; 0 where none was. */
    public long ahead;

    /** The lengths of the files, by position; null for the one that is being written. */
    final TreeMap<Long, Long> files = new TreeMap<>();

    /** What is noted in a store's directory; null where nothing is, or where it cannot be understood. */
    public static LogList read(File directory) {
        LogList list = new LogList();
        try {
            for (String line : Files.readAllLines(directory.toPath().resolve(FILE))) {
                String[] words = line.split(" ");
                switch (words[0]) {
                    case "role" -> list.master = words[1].equals("unknown") ? null : Boolean.valueOf(words[1].equals("master"));
                    case "committed" -> list.committed = Long.parseLong(words[1]);
                    case "ahead" -> list.ahead = Long.parseLong(words[1]);
                    case "log" -> list.files.put(
                            Long.parseLong(words[1], 16), words[2].equals("-") ? null : Long.valueOf(words[2]));
                    default -> {
                        // Of a later version.
                    }
                }
            }
            return list;
        } catch (IOException | IllegalArgumentException | ArrayIndexOutOfBoundsException none) {
            return null;
        }
    }

    /** Writes it; what cannot be written is removed, since it would not be true. */
    public void write(File directory) {
        StringBuilder text = new StringBuilder("role ").append(master == null ? "unknown" : master ? "master" : "slave");
        text.append("\ncommitted ").append(committed).append('\n');
        if (ahead > 0) {
            text.append("ahead ").append(ahead).append('\n');
        }
        for (Map.Entry<Long, Long> file : files.entrySet()) {
            text.append(String.format("log %016x %s%n", file.getKey(), file.getValue() == null ? "-" : file.getValue()));
        }
        Path target = directory.toPath().resolve(FILE);
        Path made = directory.toPath().resolve(FILE + ".tmp");
        try {
            Files.writeString(made, text, StandardCharsets.US_ASCII);
            Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            removeQuietly(target);
        }
    }

    /** No file is missed any more. */
    static void remove(File directory) throws IOException {
        Files.deleteIfExists(directory.toPath().resolve(FILE));
    }

    /**
     * Takes the files off the lists of a store, and of what it has set aside, where this process does not watch them:
     * they may go, and a later start that reads of them would take the store for a damaged one.
     */
    public static void forgetUnwatched(File store) throws IOException {
        if (Applied.has(PATCH)) {
            return;
        }
        for (File directory : List.of(store, new File(store, "stash"), new File(store, "stash.tmp"))) {
            LogList list = read(directory);
            remove(directory);
            if (list != null && list.ahead > 0) {
                LogList kept = new LogList();
                kept.ahead = list.ahead;
                kept.write(directory);
            }
        }
    }

    /**
     * A store was copied, to set it aside or to put it back: the list goes with it, when all files are there. A list that is
     * not copied says too little, never what is wrong.
     */
    public static void copy(File from, File to) {
        Path list = from.toPath().resolve(FILE);
        Path target = to.toPath().resolve(FILE);
        Path made = to.toPath().resolve(FILE + ".tmp");
        try {
            Files.copy(list, made, StandardCopyOption.REPLACE_EXISTING);
            Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException none) {
            // Nothing was noted, so nothing may be noted there.
            removeQuietly(target);
        } catch (IOException failure) {
            removeQuietly(target);
        }
    }

    private static void removeQuietly(Path list) {
        try {
            Files.deleteIfExists(list);
        } catch (IOException stays) {
            // The directory itself is gone, or the disk fails: others say so.
        }
    }

    /** Puts the list of a store that is set aside beside it, where mqha finds it when it puts that back. */
    public static void moveTo(File directory, File aside) {
        Path list = directory.toPath().resolve(FILE);
        try {
            if (aside.isDirectory()) {
                Files.move(list, aside.toPath().resolve(FILE), StandardCopyOption.REPLACE_EXISTING);
            } else {
                Files.deleteIfExists(list);
            }
        } catch (NoSuchFileException none) {
            // Nothing was noted.
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
