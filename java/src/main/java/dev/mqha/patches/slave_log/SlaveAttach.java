package dev.mqha.patches.slave_log;

import dev.mqha.patches.diverged_log.AttachCheck;
import dev.mqha.patches.failed_replay.Replay;
import dev.mqha.patches.watched_log.LogFiles;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.LevelDBClient$;
import org.apache.activemq.leveldb.replicated.ReplicationSupport$;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.apache.activemq.leveldb.util.FileSupport;
import org.fusesource.hawtbuf.AsciiBuffer;
import org.fusesource.hawtbuf.Buffer;
import org.fusesource.hawtdispatch.Task;
import scala.Function1;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * Attaches a slave to its master; mended classes of the store call it.
 *
 * <p>A slave downloads the files of the log that its master has, and receives what is appended meanwhile as frames. In
 * the end it opens its log. The store took the offset of the last frame for the offset in the newest file. A frame for a
 * new file makes that file when its head is there, and may be 100 MB long; until it was whole the offset was that of
 * the file before. From the next file on, the slave read its log in the wrong places. So the log is opened when
 * no frame is half received, and at the offset of its end in the newest file.
 */
public final class SlaveAttach {
    /** How far the log of a slave goes that has lost its master and attaches again. */
    private static final Map<SlaveLevelDBStore, Long> BEFORE = Collections.synchronizedMap(new WeakHashMap<>());

    private SlaveAttach() {}

    /**
     * Before a slave connects, for the first time or again.
     *
     * <p>One that had been attached went on counting as attached while it downloaded everything again: it told the
     * master that it had what it had not, and failed of the first frame.
     */
    public static void begin(SlaveLevelDBStore store) {
        if (store.caughtUp()) {
            BEFORE.put(store, store.wal_append_position());
        }
        store.caughtUp_$eq(false);
        store.wal_append_position_$eq(0);
        store.wal_append_offset_$eq(0);
        store.replay_from_$eq(0);
    }

    /**
     * How far a slave's log goes, for the next election: it gets back the log that it has set aside unless it has
     * attached, whatever it has received since.
     */
    public static long position(SlaveLevelDBStore store) {
        return store.caughtUp() ? store.wal_append_position() : BEFORE.getOrDefault(store, 0L);
    }

    /**
     * Instead of {@code ReplicationSupport.stash}. Where a log is set aside already it is the whole one, and what was
     * downloaded since is not.
     */
    public static void stash(ReplicationSupport$ support, File directory) {
        if (new File(directory, "stash").exists()) {
            support.unstash(directory);
        }
        support.stash(directory);
    }

    /**
     * Instead of {@code RichFile.copyTo}: copies the newest file of the log from those that were set aside.
     *
     * <p>What the master appends arrives from its answer on, and the download has a connection of its own that is made only
     * then. The copy began with an empty file: what had arrived by then was zeros, in a log that counted as attached.
     *
     * @return the length of what was set aside, in bytes
     */
    public static long reuse(FileSupport.RichFile kept, File log) throws IOException {
        try (FileChannel from = FileChannel.open(kept.self().toPath(), StandardOpenOption.READ);
                FileChannel to = FileChannel.open(log.toPath(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long length = from.size();
            for (long done = 0; done < length; ) {
                done += to.transferFrom(from.position(done), done, length - done);
            }
            return length;
        }
    }

    /** Instead of {@code SlaveLevelDBStore.wal_handler}. */
    public static Function1<Object, BoxedUnit> frames(SlaveLevelDBStore store, SlaveLevelDBStore.Session session) {
        return new SlaveFrames(store, session);
    }

    /** Instead of the last request: what it is answered with is dealt with when no frame is half received. */
    public static void complete(
            SlaveLevelDBStore.Session session,
            AsciiBuffer action,
            Object body,
            Function1<Buffer, BoxedUnit> attached,
            SlaveLevelDBStore store) {
        session.request_then(action, body, new AbstractFunction1<Buffer, BoxedUnit>() {
            @Override
            public BoxedUnit apply(Buffer answer) {
                // Without a session the slave stops, or begins anew.
                if (store.wal_session() != null && store.wal_session().handler() instanceof SlaveFrames frames) {
                    frames.whenWhole(() -> open(store, answer, attached));
                }
                return BoxedUnit.UNIT;
            }
        });
    }

    private static void open(SlaveLevelDBStore store, Buffer answer, Function1<Buffer, BoxedUnit> attached) {
        try {
            AttachCheck.refuseMissing(store);
            attached.apply(answer);
            LogFiles.attached(store.client().log());
        } catch (RuntimeException | Error failure) {
            Replay.failed(failure, store);
            throw failure;
        }
    }

    /** Instead of the offset of the last frame: where the log ends in the newest file. */
    public static long offset(SlaveLevelDBStore store) {
        LevelDBClient client = store.client();
        long newest = 0;
        scala.collection.Iterator<Object> files = LevelDBClient$.MODULE$
                .find_sequence_files(client.logDirectory(), LevelDBClient$.MODULE$.LOG_SUFFIX())
                .keysIterator();
        while (files.hasNext()) {
            newest = Math.max(newest, (Long) files.next());
        }
        long offset = store.wal_append_position() - newest;
        if (offset < 0) {
            throw new IllegalStateException(
                    "the log ends at " + store.wal_append_position() + ", and its newest file begins at " + newest);
        }
        SlaveLog.of(client).attached(store.wal_append_position());
        return offset;
    }

    /**
     * Before a session ends because of what the master has answered: nothing would begin anew otherwise. A file
     * may have gone meanwhile.
     */
    public static void refused(SlaveLevelDBStore store, String why) {
        if (!why.startsWith(String.valueOf(ReplicationSupport$.MODULE$.LOGIN_ACTION()))) {
            store.queue().executeAfter(1, TimeUnit.SECONDS, new Task() {
                @Override
                public void run() {
                    if (store.isStarted() && !store.isStopping()) {
                        store.restart_slave_connections();
                    }
                }
            });
        }
    }
}
