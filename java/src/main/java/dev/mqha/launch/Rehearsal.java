package dev.mqha.launch;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.jms.Connection;
import javax.jms.Session;
import javax.security.auth.Subject;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import javax.security.auth.login.LoginContext;
import javax.security.auth.login.LoginException;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.TransportConnector;
import org.apache.activemq.jaas.JassCredentialCallbackHandler;
import org.apache.activemq.jaas.PropertiesLoginModule;
import org.apache.activemq.leveldb.replicated.MasterLevelDBStore;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.AuthorizationEntry;
import org.apache.activemq.security.AuthorizationPlugin;
import org.apache.activemq.security.DefaultAuthorizationMap;
import org.apache.activemq.security.SimpleAuthenticationPlugin;

/**
 * A small broker inside the JVM of a slave that plays what a promotion does: it starts the store of a
 * master, alone and in a directory of its own, opens a message port for loopback, and lets a client of
 * each protocol send one persistent message.
 */
final class Rehearsal {
    /** Broker, account and queue. */
    private static final String NAME = "rehearsal";

    private static final int LOG_BYTES = 1024 * 1024;
    private static final int DISK_BYTES = 64 * 1024 * 1024;

    /**
     * What an AMQP 1.0 client writes, one string between two answers: the SASL header; PLAIN with the
     * account; open, begin, and attach of a sender; a durable message.
     */
    private static final List<String> AMQP = List.of(
            "414d515003010000",
            "0000003c02010000005341d00000002c00000003a305504c41494ea0140072656865617273616c0072656865617273616c"
                    + "a1093132372e302e302e31",
            "414d515000010000"
                    + "0000001f02000000005310d00000000f00000001a10972656865617273616c"
                    + "0000002002000000005311d000000010000000044043700000080070ffffffff"
                    + "0000004102000000005312d0000000310000000aa10972656865617273616c4342404000532845005329d0"
                    + "0000000f00000001a10972656865617273616c404043",
            "0000003b02000000005314d00000000c000000064343a00130434242005370d000000005000000014100537345"
                    + "005377a10972656865617273616c");

    /** The state accepted in a disposition: the answer to a message that was stored. */
    private static final String ACCEPTED = "005324";

    /** What a STOMP client writes, one string between two answers. */
    private static final List<String> STOMP = List.of(
            "CONNECT\naccept-version:1.2\nhost:rehearsal\nlogin:rehearsal\npasscode:rehearsal\n\n\0",
            "SEND\ndestination:/queue/rehearsal\npersistent:true\nreceipt:rehearsed\n\nrehearsal\0");

    private Rehearsal() {}

    /**
     * Plays it once, encrypted where the broker's links are.
     *
     * @param directory for the store; the caller removes it
     */
    static void play(File directory) throws Exception {
        BrokerService broker = new BrokerService();
        broker.setBrokerName(NAME);
        broker.setUseShutdownHook(false);
        broker.setSchedulerSupport(false);
        broker.setDataDirectoryFile(directory);
        broker.getManagementContext().setCreateConnector(false);
        MasterLevelDBStore store = store(directory);
        broker.setPersistenceAdapter(store);
        broker.getSystemUsage().getStoreUsage().setLimit(DISK_BYTES);
        broker.getSystemUsage().getTempUsage().setLimit(DISK_BYTES);
        broker.setPlugins(new BrokerPlugin[] {accounts(), rights()});
        logIn();
        RehearsedLinks links = RehearsedLinks.asRendered();
        TransportConnector port = links.addPort(broker);
        broker.start();
        try {
            int number = port.getConnectUri().getPort();
            links.warm(number, store.getPort());
            openWire(links.clients(number));
            try (Socket socket = links.connect(number)) {
                amqp(socket);
            }
            try (Socket socket = links.connect(number)) {
                stomp(socket);
            }
        } finally {
            broker.stop();
            broker.waitUntilStopped();
        }
    }

    private static MasterLevelDBStore store(File directory) {
        MasterLevelDBStore store = new MasterLevelDBStore();
        store.setDirectory(new File(directory, "storedb"));
        store.setReplicas(1);
        store.setBind("tcp://127.0.0.1:0");
        store.setLogSize(LOG_BYTES);
        return store;
    }

    private static SimpleAuthenticationPlugin accounts() {
        return new SimpleAuthenticationPlugin(List.of(new AuthenticationUser(NAME, NAME, NAME)));
    }

    private static AuthorizationPlugin rights() throws Exception {
        AuthorizationEntry all = new AuthorizationEntry();
        all.setQueue(">");
        all.setRead(NAME);
        all.setWrite(NAME);
        all.setAdmin(NAME);
        AuthorizationEntry advisories = new AuthorizationEntry();
        advisories.setTopic(">");
        advisories.setRead(NAME);
        advisories.setWrite(NAME);
        advisories.setAdmin(NAME);
        return new AuthorizationPlugin(new DefaultAuthorizationMap(List.of(all, advisories)));
    }

    /** As a client logs in, with a configuration of its own: nobody has an account, so it is refused. */
    private static void logIn() {
        AppConfigurationEntry entry = new AppConfigurationEntry(
                PropertiesLoginModule.class.getName(),
                AppConfigurationEntry.LoginModuleControlFlag.REQUIRED,
                Map.of(
                        "org.apache.activemq.jaas.properties.user", "none",
                        "org.apache.activemq.jaas.properties.group", "none",
                        "baseDir", "."));
        Configuration configuration = new Configuration() {
            @Override
            public AppConfigurationEntry[] getAppConfigurationEntry(String name) {
                return new AppConfigurationEntry[] {entry};
            }
        };
        try {
            JassCredentialCallbackHandler account = new JassCredentialCallbackHandler(NAME, NAME);
            new LoginContext(NAME, new Subject(), account, configuration).login();
        } catch (LoginException refused) {
            // As expected.
        }
    }

    private static void openWire(ActiveMQConnectionFactory clients) throws Exception {
        Connection connection = clients.createConnection(NAME, NAME);
        try {
            connection.start();
            Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
            session.createProducer(session.createQueue(NAME)).send(session.createTextMessage(NAME));
            session.createConsumer(session.createQueue(NAME)).receive(RehearsedLinks.TIMEOUT_MS);
        } finally {
            connection.close();
        }
    }

    private static void amqp(Socket socket) throws IOException {
        String answer = "";
        for (String bytes : AMQP) {
            answer = exchange(socket, HexFormat.of().parseHex(bytes));
        }
        for (String all = answer; !all.contains(ACCEPTED); ) {
            all += read(socket);
        }
    }

    private static void stomp(Socket socket) throws IOException {
        for (String frame : STOMP) {
            exchange(socket, frame.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static String exchange(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return read(socket);
    }

    /** What has come, as hexadecimal; waits until something does. */
    private static String read(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        int first = in.read();
        if (first < 0) {
            throw new IOException("the rehearsal's broker hung up");
        }
        answer.write(first);
        answer.write(in.readNBytes(in.available()));
        return HexFormat.of().formatHex(answer.toByteArray());
    }
}
