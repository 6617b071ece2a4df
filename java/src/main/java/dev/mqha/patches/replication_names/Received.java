package dev.mqha.patches.replication_names;

import dev.mqha.patches.common.Notices;
import dev.mqha.patches.common.Refused;
import dev.mqha.patches.common.ReplicatedFiles;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.activemq.leveldb.replicated.ReplicationSupport;
import org.apache.activemq.leveldb.replicated.dto.FileInfo;
import org.apache.activemq.leveldb.replicated.dto.LogDelete;
import org.apache.activemq.leveldb.replicated.dto.LogWrite;
import org.apache.activemq.leveldb.replicated.dto.SyncResponse;
import org.apache.activemq.leveldb.replicated.dto.Transfer;
import org.slf4j.LoggerFactory;

/**
 * Looks at what a master or a slave has been sent before anything is done with it; the mended {@code JsonCodec} calls it.
 *
 * <p>A slave wrote a file for each name that its master listed, and a master sent each file that a slave asked for. A name
 * with {@code ..} led out of the store: to whoever said it was master a slave gave away the rights of its user.
 */
public final class Received {
    private static final Notices NOTICES = new Notices(LoggerFactory.getLogger(ReplicationSupport.class));

    private Received() {}

    /** @throws Refused where it names a file that is none of a store, or a part of one that cannot be */
    public static void check(Object value) {
        if (value instanceof SyncResponse listing) {
            files(listing.log_files, ReplicatedFiles::isLog);
            files(listing.index_files, ReplicatedFiles::isIndex);
            require(listing.append_log == null || ReplicatedFiles.isLog(listing.append_log), "a file " + listing.append_log);
            require(listing.snapshot_position >= 0 && listing.wal_append_position >= 0, "a negative position");
        } else if (value instanceof Transfer asked) {
            require(ReplicatedFiles.isAsked(asked.file), "a file " + asked.file);
            part(asked.offset, asked.length);
        } else if (value instanceof LogWrite write) {
            require(write.file >= 0, "a file at " + write.file);
            part(write.offset, write.length);
        } else if (value instanceof LogDelete removed) {
            require(removed.log >= 0, "a file at " + removed.log);
        }
    }

    private static void files(Set<FileInfo> files, Predicate<String> isKnown) {
        require(files != null, "no files at all");
        for (FileInfo info : files) {
            require(info != null && isKnown.test(info.file), "a file " + (info == null ? null : info.file));
            part(0, info.length);
        }
    }

    private static void part(long offset, long length) {
        require(ReplicatedFiles.isPart(offset, length), length + " bytes of a file from " + offset + " on");
    }

    private static void require(boolean isRight, String what) {
        if (!isRight) {
            String why = "the other side of the replication spoke of " + what + ", so it is not listened to";
            NOTICES.warn(why);
            throw new Refused(why);
        }
    }
}
