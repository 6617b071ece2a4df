package dev.mqha.patches.slave_log;

import dev.mqha.patches.common.Fatal;
import dev.mqha.patches.failed_replay.Replay;
import dev.mqha.patches.small_frames.SmallFrames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.replicated.ReplicationFrame;
import org.apache.activemq.leveldb.replicated.ReplicationSupport$;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.apache.activemq.leveldb.replicated.dto.LogDelete;
import org.apache.activemq.leveldb.replicated.dto.LogWrite;
import org.apache.activemq.leveldb.util.JsonCodec;
import org.fusesource.hawtbuf.AsciiBuffer;
import org.fusesource.hawtdispatch.Task;
import scala.runtime.AbstractFunction0;
import scala.runtime.AbstractFunction1;
import scala.runtime.BoxedUnit;

/**
 * What a slave does with a frame of its master's log, instead of {@code SlaveLevelDBStore.wal_handler}; everything runs in the
 * slave's queue.
 *
 * <p>The store moved the end of its log by the length of each frame, and began a file whenever a frame began one. A frame
 * that repeats what was downloaded moved it too far. It goes by positions now, and a frame that does not begin
 * where the log ends, or earlier, ends the process: something is missing.
 */
public final class SlaveFrames extends AbstractFunction1<Object, BoxedUnit> {
    private static final ReplicationSupport$ SUPPORT = ReplicationSupport$.MODULE$;

    private final SlaveLevelDBStore store;
    private final SlaveLevelDBStore.Session session;
    private boolean receiving;
    private Runnable whenWhole;

    SlaveFrames(SlaveLevelDBStore store, SlaveLevelDBStore.Session session) {
        this.store = store;
        this.session = session;
    }

    /** Does it now, or when the frame is whole that is being received. */
    void whenWhole(Runnable task) {
        if (receiving) {
            whenWhole = task;
        } else {
            task.run();
        }
    }

    @Override
    public BoxedUnit apply(Object command) {
        if (command instanceof ReplicationFrame frame && !isSmall(frame)) {
            AsciiBuffer action = frame.action();
            if (action.equals(SUPPORT.WAL_ACTION())) {
                receive(JsonCodec.decode(frame.body(), LogWrite.class));
            } else if (action.equals(SUPPORT.LOG_DELETE_ACTION())) {
                long file = JsonCodec.decode(frame.body(), LogDelete.class).log;
                SlaveLog.of(store.client()).removed(file);
            } else if (!action.equals(SUPPORT.OK_ACTION())) {
                session.fail("Unexpected command action: " + action);
            }
        }
        return BoxedUnit.UNIT;
    }

    /** Small ones that follow on what is there take a shorter way. */
    private boolean isSmall(ReplicationFrame frame) {
        try {
            return SmallFrames.taken(store, session, frame);
        } catch (IOException failure) {
            Fatal.diskFailed(store, failure);
            session.onTransportFailure(failure);
            return true;
        }
    }

    private void receive(LogWrite frame) {
        if (store.caughtUp()) {
            continues(frame);
        }
        RecordLog log = store.client().log();
        MappedByteBuffer bytes = SUPPORT.map(log.next_log(frame.file), frame.offset, frame.length, false);
        receiving = true;
        if (log.recordLogTestSupport() == null) {
            session.codec().readData(bytes, whole(frame, bytes));
        } else {
            log.recordLogTestSupport().writeCall().call(new AbstractFunction0<BoxedUnit>() {
                @Override
                public BoxedUnit apply() {
                    session.codec().readData(bytes, whole(frame, bytes));
                    return BoxedUnit.UNIT;
                }
            });
        }
    }

    /** Begins the file that the frame is for. */
    private void continues(LogWrite frame) {
        RecordLog log = store.client().log();
        long end = log.appender_limit();
        long begin = frame.file + frame.offset;
        boolean beginsFile = frame.file > log.appender_start();
        if (begin > end || (beginsFile && frame.file != end)) {
            String gap = "the log ends at " + end + ", and what comes next begins at " + begin;
            Replay.failed(new IOException(gap), store);
        }
        if (beginsFile) {
            log.rotate();
        }
    }

    private Task whole(LogWrite frame, MappedByteBuffer bytes) {
        return new Task() {
            @Override
            public void run() {
                try {
                    received(frame, bytes);
                } finally {
                    SUPPORT.unmap(bytes);
                }
                acknowledge(frame);
            }
        };
    }

    private void received(LogWrite frame, MappedByteBuffer bytes) {
        receiving = false;
        if (frame.sync) {
            bytes.force();
        }
        if (store.caughtUp()) {
            passed(store, frame, bytes);
        }
    }

    /** Looks for ends of units of work in a frame. */
    public static void passed(SlaveLevelDBStore store, LogWrite frame, ByteBuffer bytes) {
        try {
            SlaveLog.of(store.client()).received(bytes, frame.file, frame.file + frame.offset);
        } catch (IOException misplaced) {
            Replay.failed(misplaced, store);
        }
    }

    private void acknowledge(LogWrite frame) {
        long end = frame.file + frame.offset + frame.length;
        if (end > store.wal_append_position()) {
            store.wal_append_offset_$eq(frame.offset + frame.length);
            store.wal_append_position_$eq(end);
        }
        store.wal_date_$eq(frame.date);
        if (!store.stopped()) {
            if (store.caughtUp()) {
                LevelDBClient client = store.client();
                long more = end - client.log().appender_limit();
                if (more > 0) {
                    client.log().current_appender().skip(more);
                }
            }
            store.send_wal_ack();
        }
        if (whenWhole != null) {
            Runnable task = whenWhole;
            whenWhole = null;
            task.run();
        }
    }
}
