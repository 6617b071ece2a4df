package dev.mqha.patches.common;

import java.util.regex.Pattern;

/**
 * The files that a master and its slaves may speak of: those of the log, and those of a snapshot of the index. Any other
 * name could lead out of the store's directory.
 */
public final class ReplicatedFiles {
    /** {@code LevelDBClient.create_sequence_file}: a position as 16 hexadecimal digits. */
    private static final Pattern LOG = Pattern.compile("[0-9a-f]{16}\\.log");

    private static final Pattern SNAPSHOT = Pattern.compile("[0-9a-f]{16}\\.index");

    /** LevelDB has {@code CURRENT}, {@code LOG}, {@code LOG.old}, {@code MANIFEST-000002}, {@code 000005.sst} and the like. */
    private static final Pattern INDEX = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** A file is mapped into memory as a whole. */
    private static final long LARGEST = Integer.MAX_VALUE;

    private ReplicatedFiles() {}

    /** Whether it is the name of a file of the log, without its directory. */
    public static boolean isLog(String name) {
        return name != null && LOG.matcher(name).matches();
    }

    /** Whether it can be the name of a file of the index, without its directory. */
    public static boolean isIndex(String name) {
        return name != null && INDEX.matcher(name).matches() && !name.contains("..");
    }

    /** Whether a slave may ask for it: {@code log/<file>} or {@code <snapshot>/<file>}. */
    public static boolean isAsked(String path) {
        int slash = path == null ? -1 : path.indexOf('/');
        if (slash < 0) {
            return false;
        }
        String directory = path.substring(0, slash);
        String name = path.substring(slash + 1);
        return directory.equals("log") ? isLog(name) : SNAPSHOT.matcher(directory).matches() && isIndex(name);
    }

    /** Whether a part of a file can be meant, in bytes. */
    public static boolean isPart(long offset, long length) {
        return offset >= 0 && length >= 0 && offset <= LARGEST && length <= LARGEST - offset;
    }
}
