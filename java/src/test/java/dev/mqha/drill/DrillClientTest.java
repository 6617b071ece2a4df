package dev.mqha.drill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.activemq.broker.BrokerService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program as mqha starts it, with a broker of this JVM. */
@Timeout(60)
class DrillClientTest {
    private static final long LIMIT_S = 20;

    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final List<String> lines = new ArrayList<>();
    private BrokerService broker;
    private Process program;
    private Writer commands;

    @BeforeEach
    void start() throws Exception {
        broker = new BrokerService();
        broker.setPersistent(false);
        broker.setUseJmx(false);
        broker.setUseShutdownHook(false);
        broker.addConnector("tcp://127.0.0.1:0");
        broker.start();
        program = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.mqha.drill.DrillClient")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        commands = new OutputStreamWriter(program.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    @AfterEach
    void stop() throws Exception {
        program.destroyForcibly();
        broker.stop();
    }

    private void read() {
        ObjectMapper json = new ObjectMapper();
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(program.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = in.readLine()) != null; ) {
                synchronized (lines) {
                    lines.add(line);
                }
                events.add(json.readTree(line));
            }
        } catch (IOException ended) {
            // With the program.
        }
    }

    private List<String> said() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    private void say(String command) throws IOException {
        commands.write(command.replace('\'', '"') + "\n");
        commands.flush();
    }

    private void open() throws Exception {
        String url = "failover:(" + broker.getTransportConnectors().get(0).getPublishableConnectString() + ")";
        say("{'op':'open','url':'" + url + "','username':'u','password':'very-secret','limitMs':60000}");
    }

    /** The next event of a kind; what comes before it is passed over. */
    private JsonNode next(String kind, Predicate<JsonNode> wanted) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
        while (true) {
            JsonNode event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            assertTrue(event != null, () -> "no " + kind + " came in time; " + said());
            if (event.path("event").asText().equals(kind) && wanted.test(event)) {
                return event;
            }
        }
    }

    private JsonNode next(String kind) throws InterruptedException {
        return next(kind, event -> true);
    }

    /** What became of the acknowledgement of a message. */
    private String settled(String body) throws InterruptedException {
        JsonNode event = next("settled", settled -> settled.path("body").asText().equals(body));
        return event.path("acknowledged").asText();
    }

    @Test
    void movesWhatWasSentAndTellsEachNumber() throws Exception {
        open();
        say("{'op':'start','actor':'m','role':'move','from':'queue://a','to':'queue://b','batch':2}");
        say("{'op':'start','actor':'p','role':'produce','to':'queue://a','prefix':'r:0:','rate':50}");
        say("{'op':'start','actor':'c','role':'consume','from':'queue://b'}");
        assertEquals("r:0:0", next("acknowledged").path("body").asText());
        JsonNode received = next("received");
        assertEquals("r:0:0", received.path("body").asText());
        assertFalse(received.path("redelivered").asBoolean());
        assertEquals("yes", settled("r:0:0"));
        say("{'op':'stop','actor':'p'}");
        next("ended", event -> event.path("actor").asText().equals("p"));
    }

    @Test
    void tellsUnitsOfWorkAndTakesPaddingOff() throws Exception {
        open();
        say("{'op':'start','actor':'u','role':'units','to':'queue://a','prefix':'r:1:','rate':5,"
                + "'units':[{'messages':3,'bytes':300000}]}");
        JsonNode began = next("began");
        assertEquals("[\"r:1:0\",\"r:1:1\",\"r:1:2\"]", began.path("bodies").toString());
        assertEquals(began.path("unit").asInt(), next("committed").path("unit").asInt());
        say("{'op':'start','actor':'c','role':'consume','from':'queue://a','acknowledge':'none'}");
        JsonNode received = next("received");
        assertEquals("r:1:0", received.path("body").asText());
        assertEquals("no", settled("r:1:0"));
        say("{'op':'stop','actor':'c'}");
        next("ended");
        say("{'op':'start','actor':'d','role':'consume','from':'queue://a'}");
        received = next("received", event -> event.path("actor").asText().equals("d"));
        assertEquals("r:1:0", received.path("body").asText());
    }

    @Test
    void keepsADurableSubscriptionWithASelector() throws Exception {
        open();
        String consumer = "'role':'consume','from':'topic://t','clientId':'x','subscription':'s',"
                + "'selector':'even = TRUE'}";
        say("{'op':'start','actor':'c','acknowledge':'none'," + consumer);
        next("listening");
        say("{'op':'stop','actor':'c'}");
        next("ended");
        say("{'op':'start','actor':'p','role':'produce','to':'topic://t','prefix':'r:2:','rate':50}");
        next("acknowledged", event -> event.path("body").asText().equals("r:2:4"));
        say("{'op':'start','actor':'c','acknowledge':'auto'," + consumer);
        assertEquals("r:2:0", next("received").path("body").asText());
        assertEquals("r:2:2", next("received").path("body").asText());
    }

    @Test
    void endsWhenStdinEndsAlsoWithoutABroker() throws Exception {
        broker.stop();
        open();
        say("{'op':'start','actor':'p','role':'produce','to':'queue://a','prefix':'r:0:'}");
        next("ready");
        commands.close();
        assertTrue(program.waitFor(LIMIT_S, TimeUnit.SECONDS));
        assertEquals(0, program.exitValue());
    }

    @Test
    void endsWhenItIsToldTo() throws Exception {
        open();
        say("{'op':'start','actor':'c','role':'consume','from':'queue://a'}");
        next("listening");
        say("{'op':'quit'}");
        assertTrue(program.waitFor(LIMIT_S, TimeUnit.SECONDS));
        assertEquals(0, program.exitValue());
    }

    @Test
    void endsAfterItsLimit() throws Exception {
        say("{'op':'open','url':'failover:(tcp://127.0.0.1:1)','limitMs':300}");
        assertTrue(program.waitFor(LIMIT_S, TimeUnit.SECONDS));
    }

    @Test
    void refusesWhatIsNoCommandAndSaysNothingOfIt() throws Exception {
        open();
        say("{'op':'open','password':'very-secret'");
        next("refused");
        assertTrue(program.waitFor(LIMIT_S, TimeUnit.SECONDS));
        assertNotEquals(0, program.exitValue());
        synchronized (lines) {
            assertFalse(lines.toString().contains("very-secret"));
        }
        assertFalse(program.info().arguments().map(List::of).toString().contains("very-secret"));
    }
}
