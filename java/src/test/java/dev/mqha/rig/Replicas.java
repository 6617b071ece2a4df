package dev.mqha.rig;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.jms.BytesMessage;
import javax.jms.JMSException;
import javax.jms.MessageConsumer;
import javax.jms.MessageProducer;
import javax.jms.Session;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQXAConnection;
import org.apache.activemq.ActiveMQXAConnectionFactory;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.leveldb.LevelDBStore;
import org.apache.activemq.leveldb.LevelDBStoreView;
import org.apache.activemq.leveldb.replicated.MasterLevelDBStore;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;

/**
 * Masters and slaves of the replicated store in one JVM, on loopback and without ZooKeeper: the tests elect. A kill of the
 * master is a copy of its directory, or a slave's, taken while both live, since a process cannot lose a part of itself.
 */
public final class Replicas {
    private static final long LIMIT_MS = Long.getLong("mqha.rig.limit", 30_000);
    private static final String TOKEN = "token";

    /** A broker on the store of a master. */
    public static final class Master implements AutoCloseable {
        public final BrokerService broker;
        public final MasterLevelDBStore store;
        private final List<ActiveMQConnection> connections = new ArrayList<>();
        private volatile Exception failure;

        private Master(BrokerService broker, MasterLevelDBStore store) {
            this.broker = broker;
            this.store = store;
            // It returns once enough slaves are attached.
            Thread starter = new Thread(() -> {
                try {
                    broker.start();
                } catch (Exception failed) {
                    failure = failed;
                }
            });
            starter.setDaemon(true);
            starter.start();
        }

        /** Waits until it serves clients. */
        public Master serving() throws Exception {
            eventually("the master serves", () -> {
                if (failure != null) {
                    throw failure;
                }
                return broker.isStarted();
            });
            return this;
        }

        /** For clients of this broker in the same JVM. */
        public ActiveMQConnectionFactory clients() {
            ActiveMQConnectionFactory factory =
                    new ActiveMQConnectionFactory("vm://" + broker.getBrokerName() + "?create=false");
            factory.setWatchTopicAdvisories(false);
            return factory;
        }

        /** A started connection that is closed with the master. */
        public ActiveMQConnection connect() throws JMSException {
            ActiveMQConnection connection = (ActiveMQConnection) clients().createConnection();
            connections.add(connection);
            connection.start();
            return connection;
        }

        /** A started connection for XA that is closed with the master. */
        public ActiveMQXAConnection connectXa() throws JMSException {
            return connectXa(null);
        }

        /** The same with a name for durable subscriptions. */
        public ActiveMQXAConnection connectXa(String clientId) throws JMSException {
            ActiveMQXAConnectionFactory factory =
                    new ActiveMQXAConnectionFactory(clients().getBrokerURL());
            factory.setWatchTopicAdvisories(false);
            ActiveMQXAConnection connection = (ActiveMQXAConnection) factory.createXAConnection();
            connections.add(connection);
            if (clientId != null) {
                connection.setClientID(clientId);
            }
            connection.start();
            return connection;
        }

        @Override
        public void close() throws Exception {
            for (ActiveMQConnection connection : connections) {
                connection.close();
            }
            broker.stop();
            broker.waitUntilStopped();
        }
    }

    private static int masters;

    private Replicas() {}

    /**
     * Starts a master and returns at once, since it waits for its slaves.
     *
     * @param replicas 1 for a master alone, 2 for one that waits for a slave at each send
     * @param logSize of a file of the log, in bytes
     */
    public static Master master(Path directory, int replicas, long logSize) throws Exception {
        MasterLevelDBStore store = new MasterLevelDBStore();
        settings(store, directory, logSize);
        store.setBind("tcp://127.0.0.1:0");
        store.setReplicas(replicas);
        store.setSecurityToken(TOKEN);
        BrokerService broker = new BrokerService();
        broker.setBrokerName("master" + masters++);
        broker.setUseJmx(false);
        broker.setAdvisorySupport(false);
        broker.setUseShutdownHook(false);
        broker.setDataDirectoryFile(directory.toFile());
        broker.setPersistenceAdapter(store);
        return new Master(broker, store);
    }

    /** Starts a slave of a master; it may not have attached yet. */
    public static SlaveLevelDBStore slave(Master master, Path directory, long logSize) throws Exception {
        return slave(master.store.getPort(), directory, logSize);
    }

    /** Starts a slave of whoever listens at a port of loopback. */
    public static SlaveLevelDBStore slave(int port, Path directory, long logSize) throws Exception {
        SlaveLevelDBStore slave = new SlaveLevelDBStore();
        settings(slave, directory, logSize);
        slave.setConnect("tcp://127.0.0.1:" + port);
        slave.setSecurityToken(TOKEN);
        slave.start();
        return slave;
    }

    private static void settings(LevelDBStore store, Path directory, long logSize) {
        store.setDirectory(directory.toFile());
        store.setLogSize(logSize);
        store.setVerifyChecksums(true);
    }

    /** Waits until a slave's log ends where its master's does. */
    public static void caughtUp(Master master, SlaveLevelDBStore slave) throws Exception {
        eventually("the slave has caught up", () -> slave.caughtUp()
                && slave.wal_append_position() == master.store.wal_append_position());
    }

    /** Waits until a store's writer has done what it was told before. */
    public static void written(LevelDBStore store) throws Exception {
        store.client().writeExecutor().submit(() -> {}).get(LIMIT_MS, TimeUnit.MILLISECONDS);
    }

    /** Takes every message of a queue and returns how many there were. */
    public static int drained(Master master, String queue) throws JMSException {
        Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
        int taken = 0;
        // The first one may take a while on a busy machine.
        while (consumer.receive(taken == 0 ? 2_000 : 500) != null) {
            taken++;
        }
        session.close();
        return taken;
    }

    /** How many messages a browser sees. */
    public static int browsed(Master master, String queue) throws JMSException {
        Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
        int seen = Collections.list(session.createBrowser(session.createQueue(queue)).getEnumeration()).size();
        session.close();
        return seen;
    }

    /** How many messages the broker says that a queue has. */
    public static long depth(Master master, String queue) throws Exception {
        return master.broker.getDestination(new ActiveMQQueue(queue))
                .getDestinationStatistics()
                .getMessages()
                .getCount();
    }

    /** The same once it has not changed for a second: acknowledgements are counted a moment after a consumer has sent them. */
    public static long settledDepth(Master master, String queue) throws Exception {
        long seen = depth(master, queue);
        for (int same = 0; same < 10; same++) {
            Thread.sleep(100);
            long now = depth(master, queue);
            if (now != seen) {
                same = -1;
            }
            seen = now;
        }
        return seen;
    }

    /** Sends messages of a size to a queue, each acknowledged. */
    public static void send(Master master, String queue, int count, int bytes) throws JMSException {
        Session session = master.connect().createSession(false, Session.AUTO_ACKNOWLEDGE);
        MessageProducer producer = session.createProducer(session.createQueue(queue));
        for (int number = 0; number < count; number++) {
            producer.send(body(session, bytes));
        }
        session.close();
    }

    /** A message of a size. */
    public static BytesMessage body(Session session, int bytes) throws JMSException {
        BytesMessage message = session.createBytesMessage();
        message.writeBytes(new byte[bytes]);
        return message;
    }

    /** Waits, half a minute at most. @throws TimeoutException where it does not become true */
    public static void eventually(String what, Callable<Boolean> isTrue) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
        while (!isTrue.call()) {
            if (System.nanoTime() > end) {
                throw new TimeoutException("not in time: " + what);
            }
            Thread.sleep(20);
        }
    }

    /** What would be on disk had the process been killed now: a copy of a store's directory, without locks. */
    public static Path killed(Path directory, Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                Path target = copy.resolve(directory.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (Files.exists(file) && !file.endsWith("LOCK")) {
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
        return copy;
    }

    /**
     * Removes files of the log that nothing needs, as the store does every ten seconds.
     *
     * @return whether so few were left within some seconds
     */
    public static boolean collect(Master master, Path directory, int files) throws InterruptedException {
        LevelDBStoreView store = new LevelDBStoreView(master.store);
        for (int round = 0; round < 20 && logs(directory).size() > files; round++) {
            store.compact();
            Thread.sleep(200);
        }
        return logs(directory).size() <= files;
    }

    /** The files of the log, oldest first. */
    public static List<Path> logs(Path directory) {
        File[] files = directory.toFile().listFiles((in, name) -> name.matches("[0-9a-f]{16}\\.log"));
        if (files == null) {
            throw new UncheckedIOException(new IOException(directory + " cannot be read"));
        }
        return Stream.of(files).map(File::toPath).sorted().toList();
    }
}
