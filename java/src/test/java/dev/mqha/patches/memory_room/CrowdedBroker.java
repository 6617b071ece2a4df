package dev.mqha.patches.memory_room;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.activemq.broker.BrokerService;
import org.apache.activemq.broker.region.policy.ConstantPendingMessageLimitStrategy;
import org.apache.activemq.broker.region.policy.PolicyEntry;
import org.apache.activemq.broker.region.policy.PolicyMap;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.leveldb.LevelDBStore;
import org.apache.activemq.store.kahadb.plist.PListStoreImpl;

/**
 * A broker with its store, with limits and policies as mqha renders them, in a JVM of its own. Arguments: a directory, and mixes of
 * clients, which run one after the other in another JVM. Prints what became of them.
 */
public final class CrowdedBroker {
    private static final long MB = 1024 * 1024;
    private static final long LIMIT_S = 110;

    private CrowdedBroker() {}

    public static void main(String[] args) throws Exception {
        BrokerService broker = broker(Path.of(args[0]));
        int port = portOf(broker);
        Process clients = new ProcessBuilder(Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Mixes.class.getName(),
                                String.valueOf(port),
                                String.valueOf(largest())),
                        Stream.of(args).skip(1))
                .toList()).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(clients::destroyForcibly));
        boolean ended = clients.waitFor(LIMIT_S, TimeUnit.SECONDS);
        clients.destroyForcibly();
        Runtime.getRuntime().halt(ended ? clients.exitValue() : 1);
    }

    public static int portOf(BrokerService broker) throws Exception {
        return broker.getTransportConnectors().get(0).getServer().getSocketAddress().getPort();
    }

    /** As src/config/limits.ts has it. */
    private static long largest() {
        return Runtime.getRuntime().maxMemory() / 64;
    }

    public static BrokerService broker(Path directory) throws Exception {
        LevelDBStore store = new LevelDBStore();
        store.setDirectory(directory.resolve("store").toFile());
        PListStoreImpl temp = new PListStoreImpl();
        temp.setDirectory(directory.resolve("temp").toFile());
        temp.setCleanupInterval(1000);
        BrokerService broker = new BrokerService();
        broker.setUseJmx(false);
        broker.setSchedulerSupport(false);
        broker.setDataDirectoryFile(directory.toFile());
        broker.setPersistenceAdapter(store);
        broker.setTempDataStore(temp);
        broker.setDestinationPolicy(policies());
        broker.getSystemUsage().getMemoryUsage().setPercentOfJvmHeap(25);
        broker.getSystemUsage().getStoreUsage().setLimit(1024 * MB);
        broker.getSystemUsage().getTempUsage().setLimit(256 * MB);
        String options = "?wireFormat.maxFrameSize=" + (largest() + 64 * 1024) + "&auto.protocols=default,amqp,stomp";
        broker.addConnector("auto+nio://127.0.0.1:0" + options);
        broker.start();
        broker.waitUntilStarted();
        return broker;
    }

    private static PolicyMap policies() {
        PolicyEntry queues = new PolicyEntry();
        queues.setDestination(new ActiveMQQueue(">"));
        queues.setProducerFlowControl(false);
        PolicyEntry answers = new PolicyEntry();
        answers.setDestination(new ActiveMQTempQueue(">"));
        answers.setProducerFlowControl(false);
        PolicyEntry topics = new PolicyEntry();
        topics.setDestination(new ActiveMQTopic(">"));
        ConstantPendingMessageLimitStrategy limit = new ConstantPendingMessageLimitStrategy();
        limit.setLimit(1000);
        topics.setPendingMessageLimitStrategy(limit);
        PolicyMap policies = new PolicyMap();
        policies.setPolicyEntries(List.of(queues, answers, topics));
        return policies;
    }
}
