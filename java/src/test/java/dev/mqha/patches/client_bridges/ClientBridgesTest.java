package dev.mqha.patches.client_bridges;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.jms.Connection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.broker.BrokerPlugin;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.command.BrokerId;
import org.apache.activemq.command.BrokerInfo;
import org.apache.activemq.security.AuthenticationUser;
import org.apache.activemq.security.SimpleAuthenticationPlugin;
import org.apache.activemq.transport.DefaultTransportListener;
import org.apache.activemq.transport.Transport;
import org.apache.activemq.transport.TransportFactory;
import org.junit.jupiter.api.Test;

class ClientBridgesTest {
    /** Says without an account that it is a broker, in every way there is. Prints whether it was hung up on, and whether a client is served. */
    public static final class Bridges {
        public static void main(String[] args) throws Exception {
            BrokerService broker = new BrokerService();
            broker.setPersistent(false);
            broker.setUseJmx(false);
            broker.setPlugins(new BrokerPlugin[] {new SimpleAuthenticationPlugin(List.of(new AuthenticationUser("app", "app", "users")))});
            int port = broker.addConnector("auto+nio://127.0.0.1:0").getServer().getSocketAddress().getPort();
            broker.start();
            System.out.println(hungUp(port, false) + " " + hungUp(port, true));
            Connection client = new ActiveMQConnectionFactory("app", "app", "tcp://127.0.0.1:" + port).createConnection();
            client.start();
            System.out.println("served");
            Runtime.getRuntime().halt(0);
        }

        private static boolean hungUp(int port, boolean duplex) throws Exception {
            BrokerInfo info = new BrokerInfo();
            info.setBrokerId(new BrokerId("evil"));
            info.setBrokerName("evil");
            info.setNetworkConnection(true);
            info.setDuplexConnection(duplex);
            info.setNetworkProperties("syncDurableSubs=true\nname=evil\n");
            CountDownLatch ended = new CountDownLatch(1);
            Transport transport = TransportFactory.connect(new URI("tcp://127.0.0.1:" + port));
            transport.setTransportListener(new DefaultTransportListener() {
                @Override
                public void onException(IOException hungUp) {
                    ended.countDown();
                }
            });
            transport.start();
            transport.oneway(info);
            return ended.await(4, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoSaysThatItIsABrokerIsHungUpOn() throws Exception {
        assertEquals("true true\nserved", Jvm.mended().print(Bridges.class));
        // The second one fails of the account that its own settings lack.
        assertEquals("false true\nserved", Jvm.stock().print(Bridges.class));
    }
}
