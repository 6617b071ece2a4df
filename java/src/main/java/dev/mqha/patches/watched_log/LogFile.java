package dev.mqha.patches.watched_log;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;

/** A file of a log, as it was when it was looked at last. */
final class LogFile {
    /** How much of what was written last is looked at again. */
    private static final int TAIL = 32;

    private final File file;
    private Object key;
    private long length;
    private long tailAt;
    private byte[] tail = new byte[0];

    LogFile(File file) {
        this.file = file;
    }

    boolean is(File other) {
        return file.equals(other);
    }

    /** How long it has been, in bytes. */
    long length() {
        return length;
    }

    /** Takes it as it is now, where it is there. */
    void note() {
        try {
            BasicFileAttributes now = attributes();
            key = key == null ? now.fileKey() : key;
            length = Math.max(length, now.size());
        } catch (IOException gone) {
            // The next look says so.
        }
    }

    /** What is wrong with a file that nobody writes to; null where nothing is, or where it cannot be read. */
    String problem() {
        try {
            return attributesProblem(length);
        } catch (IOException failure) {
            return problemOf(failure);
        }
    }

    /** As {@link #problem()}, of the file that is written to. @param written how many bytes of it are on the disk */
    String problemOfNewest(long written) {
        try {
            String found = attributesProblem(Math.max(written, length));
            return found == null ? tailProblem(written) : found;
        } catch (IOException failure) {
            return problemOf(failure);
        }
    }

    /** Whether it is there and still the same, at the cost of one look; null where it is, or where that cannot be told. */
    String identityProblem() {
        if (key == null) {
            return null;
        }
        try {
            return identityProblem(attributes());
        } catch (IOException failure) {
            return problemOf(failure);
        }
    }

    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(file.toPath(), BasicFileAttributes.class);
    }

    /** What cannot be read for the moment is not lost. */
    private String problemOf(IOException failure) {
        return failure instanceof NoSuchFileException ? file + " is gone" : null;
    }

    private String identityProblem(BasicFileAttributes now) {
        return key == null || key.equals(now.fileKey()) ? null : file + " was replaced by another file";
    }

    private String attributesProblem(long atLeast) throws IOException {
        BasicFileAttributes now = attributes();
        String found = identityProblem(now);
        if (found != null) {
            return found;
        }
        if (now.size() < atLeast) {
            return file + " has shrunk from " + atLeast + " to " + now.size() + " bytes";
        }
        length = now.size();
        return null;
    }

    /** A file that was cut has its old length again as soon as something is written. */
    private String tailProblem(long written) throws IOException {
        try (RandomAccessFile opened = new RandomAccessFile(file, "r")) {
            byte[] before = new byte[tail.length];
            opened.seek(tailAt);
            opened.readFully(before);
            if (!Arrays.equals(before, tail)) {
                return file + " has lost what was written at " + tailAt;
            }
            tailAt = Math.max(0, written - TAIL);
            tail = new byte[(int) (written - tailAt)];
            opened.seek(tailAt);
            opened.readFully(tail);
            return null;
        } catch (FileNotFoundException unreadable) {
            // Also thrown where this process may open no more files.
            if (Files.notExists(file.toPath())) {
                throw new NoSuchFileException(file.getPath());
            }
            return null;
        }
    }
}
