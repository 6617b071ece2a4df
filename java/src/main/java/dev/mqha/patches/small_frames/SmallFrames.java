package dev.mqha.patches.small_frames;

import dev.mqha.patches.common.Fatal;
import dev.mqha.patches.slave_log.SlaveFrames;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.apache.activemq.leveldb.RecordLog;
import org.apache.activemq.leveldb.replicated.FileTransferFrame;
import org.apache.activemq.leveldb.replicated.ReplicationFrame;
import org.apache.activemq.leveldb.replicated.ReplicationSupport$;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;
import org.apache.activemq.leveldb.replicated.dto.LogWrite;
import org.apache.activemq.leveldb.util.JsonCodec$;
import org.fusesource.hawtbuf.Buffer;
import org.fusesource.hawtdispatch.Task;

/**
 * The log on its way to a slave, in pieces that may be small; mended classes of the store call it.
 *
 * <p>A master sends what it has written to its log piece by piece, one for each unit of work where they are
 * not waited for: forty bytes for an acknowledgement. For each of them the slave opened the file, mapped it into its
 * memory, had the disk take it ({@code SlaveLevelDBStore.wal_handler}; also with {@code quorum_mem}, since the test
 * for it in {@code MasterLevelDBStore} finds a bit that the two have in common) and replayed it, and its
 * acknowledgements left only once nothing more was to be read. So a slave fell behind wherever messages were
 * consumed, and was at work for seconds after the last of them: what was consumed came back after a kill, and a
 * send waited behind all of it. Now the disk is waited for once for all that has arrived, before it is acknowledged.
 */
public final class SmallFrames {
    /** What fits into the codec's buffer, which it copies to in any case; larger ones are few. */
    private static final int COPIED = 48 * 1024;

    /** Up to here a slave reads into its heap. */
    private static final int READ = 1024 * 1024;

    /** What a session of a slave keeps between two pieces; only the slave's queue touches it. */
    private static final class Receiving {
        private final ByteBuffer small = ByteBuffer.allocate(COPIED);
        private RecordLog.LogAppender unsafe;
        private boolean acknowledging;

        private ByteBuffer buffer(int length) {
            return length > COPIED ? ByteBuffer.allocate(length) : small.clear().limit(length);
        }

        private void write(RecordLog.LogAppender log, LogWrite piece, ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                log.channel().write(bytes, piece.offset + bytes.position());
            }
            if (piece.sync) {
                unsafe = log;
            }
        }

        /** Has the disk take what was written since the last time. */
        private void force() throws IOException {
            RecordLog.LogAppender log = unsafe;
            unsafe = null;
            if (log != null) {
                log.channel().force(false);
            }
        }
    }

    private static final Map<SlaveLevelDBStore.Session, Receiving> SESSIONS =
            Collections.synchronizedMap(new WeakHashMap<>());

    private SmallFrames() {}

    /** What a master's codec is to send in place of a piece of a file: its bytes, where they are few. */
    public static Object outgoing(Object value) throws IOException {
        if (!(value instanceof FileTransferFrame frame) || frame.length() <= 0 || frame.length() > COPIED) {
            return value;
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) frame.length());
        try (FileChannel file = FileChannel.open(frame.file().toPath(), StandardOpenOption.READ)) {
            while (bytes.hasRemaining()) {
                if (file.read(bytes, frame.offset() + bytes.position()) < 0) {
                    throw new EOFException(frame.file() + " ends before " + (frame.offset() + frame.length()));
                }
            }
        }
        return new Buffer(bytes.array());
    }

    /**
     * Takes a piece of the log that follows on what an attached slave has.
     *
     * @return false where it is none, and the store is to deal with it
     */
    public static boolean taken(SlaveLevelDBStore slave, SlaveLevelDBStore.Session session, Object command)
            throws IOException {
        if (!(command instanceof ReplicationFrame frame)
                || !slave.caughtUp()
                || !ReplicationSupport$.MODULE$.WAL_ACTION().equals(frame.action())) {
            return false;
        }
        LogWrite piece = JsonCodec$.MODULE$.decode(frame.body(), LogWrite.class);
        Receiving receiving = SESSIONS.computeIfAbsent(session, first -> new Receiving());
        RecordLog records = slave.client().log();
        RecordLog.LogAppender log = records.current_appender();
        // With the first piece of a file the store begins a new one.
        boolean follows = piece.offset > 0 && log.position() == piece.file && log.append_offset() == piece.offset;
        if (!follows || piece.length > READ || records.recordLogTestSupport() != null) {
            // It acknowledges what was before that piece as well.
            receiving.force();
            return false;
        }
        ByteBuffer bytes = receiving.buffer((int) piece.length);
        session.codec().readData(bytes, task(slave, session, () -> {
            receiving.write(log, piece, bytes);
            SlaveFrames.passed(slave, piece, bytes);
            slave.wal_append_offset_$eq(piece.offset + piece.length);
            slave.wal_append_position_$eq(piece.file + slave.wal_append_offset());
            slave.wal_date_$eq(piece.date);
            log.skip(piece.length);
            acknowledge(slave, session, receiving);
        }));
        return true;
    }

    /** Once for all that has arrived: the task runs when the transport has read it. */
    private static void acknowledge(SlaveLevelDBStore slave, SlaveLevelDBStore.Session session, Receiving receiving) {
        if (receiving.acknowledging) {
            return;
        }
        receiving.acknowledging = true;
        slave.queue().execute(task(slave, session, () -> {
            receiving.acknowledging = false;
            // Another session, to another log, may have begun.
            if (slave.wal_session() == session) {
                receiving.force();
                slave.send_wal_ack();
            }
        }));
    }

    private interface Work {
        void run() throws IOException;
    }

    private static Task task(SlaveLevelDBStore slave, SlaveLevelDBStore.Session session, Work work) {
        return new Task() {
            @Override
            public void run() {
                try {
                    work.run();
                } catch (IOException failure) {
                    Fatal.diskFailed(slave, failure);
                    session.onTransportFailure(failure);
                }
            }
        };
    }
}
