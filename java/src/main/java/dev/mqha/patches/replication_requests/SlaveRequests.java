package dev.mqha.patches.replication_requests;

import dev.mqha.patches.common.Notices;
import dev.mqha.patches.common.Refused;
import dev.mqha.patches.common.ReplicatedFiles;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.leveldb.LevelDBClient;
import org.apache.activemq.leveldb.replicated.FileTransferFrame;
import org.apache.activemq.leveldb.replicated.MasterLevelDBStore;
import org.apache.activemq.leveldb.replicated.ReplicationFrame;
import org.apache.activemq.leveldb.replicated.ReplicationSupport$;
import org.apache.activemq.leveldb.replicated.dto.Login;
import org.apache.activemq.leveldb.replicated.dto.Transfer;
import org.apache.activemq.leveldb.replicated.dto.WalAck;
import org.apache.activemq.leveldb.util.JsonCodec$;
import org.fusesource.hawtbuf.AsciiBuffer;
import org.fusesource.hawtdispatch.Dispatch;
import org.fusesource.hawtdispatch.Task;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a master does with the frames that come to its replication port; the mended {@code MasterLevelDBStore.Session} calls it,
 * in the queue of the connection.
 *
 * <p>The store answered each frame that it did not take, and read on: who sent them and read no answer had them kept in
 * the heap. A frame that could not be read left a stack trace on stderr. And the token was compared in a time that
 * told how much of it was right. Now the first frame that is not taken ends the connection.
 */
public final class SlaveRequests {
    private static final Logger LOG = LoggerFactory.getLogger(MasterLevelDBStore.class);
    private static final Notices NOTICES = new Notices(LOG);
    private static final ReplicationSupport$ SUPPORT = ReplicationSupport$.MODULE$;

    /** How long a refused peer may take to read why. */
    private static final long READS_MS = 200;

    private SlaveRequests() {}

    /** Instead of {@code onTransportCommand}. */
    public static void command(MasterLevelDBStore.Session session, Object command) {
        try {
            take(session, (ReplicationFrame) command);
        } catch (Refused refused) {
            refuse(session, refused.getMessage());
        } catch (Exception failure) {
            // Jackson's IOException among them: Scala declares none.
            if (session.login() != null) {
                LOG.warn("A request of the slave " + session.login().node_id + " failed", failure);
            }
            refuse(session, "a frame that cannot be dealt with: " + failure.getClass().getName());
        }
    }

    private static void take(MasterLevelDBStore.Session session, ReplicationFrame frame) {
        AsciiBuffer action = frame.action();
        if (action.equals(SUPPORT.LOGIN_ACTION())) {
            session.handle_login(read(frame, Login.class));
        } else if (session.login() == null) {
            throw new Refused("Not logged in");
        } else if (action.equals(SUPPORT.SYNC_ACTION())) {
            session.handle_sync();
        } else if (action.equals(SUPPORT.GET_ACTION())) {
            session.handle_get(read(frame, Transfer.class));
        } else if (action.equals(SUPPORT.ACK_ACTION())) {
            session.handle_ack(read(frame, WalAck.class));
        } else if (action.equals(SUPPORT.DISCONNECT_ACTION())) {
            session.handle_disconnect();
        } else {
            throw new Refused("Unknown frame action: " + action);
        }
    }

    private static <T> T read(ReplicationFrame frame, Class<T> type) {
        T value = JsonCodec$.MODULE$.decode(frame.body(), type);
        if (value == null) {
            throw new Refused("A frame without content");
        }
        return value;
    }

    /** Instead of {@code handle_login}. */
    public static void login(MasterLevelDBStore.Session session, Login login, MasterLevelDBStore store) {
        if (!isSame(store.securityToken(), login.security_token)) {
            throw new Refused("Invalid security_token");
        }
        if (login.node_id == null || !login.node_id.matches("[!-~]{1,100}")) {
            throw new Refused("Invalid node_id");
        }
        session.login_$eq(login);
        session.sendOk(null);
    }

    /** In a time that does not tell how much of it is right. */
    private static boolean isSame(String own, String given) {
        if (own == null || given == null) {
            return own == null && given == null;
        }
        return MessageDigest.isEqual(own.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }

    /** Instead of {@code handle_get}. What a slave asks for may have gone meanwhile: that is an answer, and no reason to hang up. */
    public static void get(MasterLevelDBStore.Session session, Transfer asked, MasterLevelDBStore store) {
        if (!ReplicatedFiles.isAsked(asked.file)) {
            throw new Refused("Invalid file");
        }
        LevelDBClient client = store.client();
        File file = asked.file.startsWith("log/")
                ? new File(client.logDirectory(), asked.file.substring("log/".length()))
                : new File(client.directory(), asked.file);
        if (!file.isFile()) {
            session.sendError("file does not exist");
        } else if (!ReplicatedFiles.isPart(asked.offset, asked.length) || asked.offset + asked.length > file.length()) {
            session.sendError("Invalid length");
        } else {
            session.sendOk(null);
            session.send(new FileTransferFrame(file, asked.offset, asked.length));
        }
    }

    /** Instead of {@code onTransportFailure}. */
    public static void failed(MasterLevelDBStore.Session session, IOException failure) {
        if (session.login() == null) {
            NOTICES.warn("A connection of the replication port has ended without a login: " + failure);
        } else if (!session.disconnected()) {
            LOG.warn("Unexpected session error: " + failure);
        }
        session.transport().stop(Dispatch.NOOP);
    }

    /** Tells the peer why, and hangs up. */
    private static void refuse(MasterLevelDBStore.Session session, String why) {
        NOTICES.warn("A connection of the replication port is closed, from " + session.transport().getRemoteAddress() + ": " + why);
        session.transport().suspendRead();
        session.sendError(why);
        session.queue().executeAfter(READS_MS, TimeUnit.MILLISECONDS, new Task() {
            @Override
            public void run() {
                session.transport().stop(Dispatch.NOOP);
            }
        });
    }
}
