import java.io.File;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.management.Attribute;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** Tries what a client of JMX can, with `port user`; the password is the environment's MQHA_TEST_PASSWORD. A line for each: name, answer. */
public class JmxReader {
    /** Of a class that brokers have, since one that they lack is refused anyhow, and that none takes. */
    private static final Serializable STRANGER = new File("x");

    private static JMXConnector connect(String port, Object credentials) throws Exception {
        Map<String, Object> environment = new HashMap<>();
        if (credentials != null) environment.put(JMXConnector.CREDENTIALS, credentials);
        String url = "service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi";
        return JMXConnectorFactory.connect(new JMXServiceURL(url), environment);
    }

    private static void say(String name, Callable<Object> call) {
        String answer;
        try {
            answer = String.valueOf(call.call());
        } catch (Exception refused) {
            Throwable cause = refused;
            while (cause.getCause() != null) cause = cause.getCause();
            answer = cause.getClass().getSimpleName() + ": " + cause.getMessage();
        }
        System.out.println(name + "\t" + answer.replaceAll("\\s+", " "));
    }

    public static void main(String[] args) throws Exception {
        String port = args[0];
        String user = args[1];
        String password = System.getenv("MQHA_TEST_PASSWORD");
        say("nobody", () -> connect(port, null));
        say("wrong", () -> connect(port, new String[] {user, "wrong"}));
        say("stranger as credentials", () -> connect(port, STRANGER));
        say("map as credentials", () -> connect(port, new HashMap<>(Map.of("a", "b"))));
        try (JMXConnector connector = connect(port, new String[] {user, password})) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            ObjectName memory = new ObjectName(ManagementFactory.MEMORY_MXBEAN_NAME);
            String[] one = {"java.lang.Object"};
            say("memory", () -> beans.getAttribute(memory, "HeapMemoryUsage"));
            say("broker", () -> {
                ObjectName pattern = new ObjectName("org.apache.activemq:type=Broker,brokerName=*");
                ObjectName broker = beans.queryNames(pattern, null).iterator().next();
                return beans.getAttribute(broker, "BrokerVersion");
            });
            say("call", () -> beans.invoke(memory, "gc", new Object[0], new String[0]));
            say("change", () -> {
                beans.setAttribute(memory, new Attribute("Verbose", true));
                return "changed";
            });
            say("stranger as an argument", () -> beans.invoke(memory, "gc", new Object[] {STRANGER}, one));
            say("stranger as a value", () -> {
                beans.setAttribute(memory, new Attribute("Verbose", STRANGER));
                return "changed";
            });
        } catch (SecurityException refused) {
            System.out.println("login\t" + refused.getMessage());
        }
    }
}
