package dev.mqha.example;

import jakarta.jms.Connection;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSslConnectionFactory;

/** {@code send|receive <queue> <count>}: persistent messages that survive a failover, with JMS. */
public final class Messages {

  private static final long PATIENCE_MS = 60_000;

  /**
   * Looks for a master twice a second at least. Where none is found the client would wait for ever;
   * this gives up after about a minute: the first connection, a message that cannot leave, and one
   * that is not acknowledged.
   */
  private static final String OPTIONS =
      "?maxReconnectDelay=500&startupMaxReconnectAttempts=120"
          + ("&timeout=" + PATIENCE_MS + "&jms.sendTimeout=" + PATIENCE_MS);

  public static void main(String[] args) throws Exception {
    String url = System.getenv("MQHA_FAILOVER_URL");
    if (url == null || args.length != 3 || !args[0].matches("send|receive")) {
      System.err.println("usage: messages send|receive <queue> <count>");
      System.err.println("MQHA_FAILOVER_URL and the account come from: eval \"$(mqha env --shell)\"");
      System.exit(2);
    }
    ActiveMQConnectionFactory factory = factory(url + OPTIONS);
    factory.setUserName(System.getenv("MQHA_USERNAME"));
    factory.setPassword(System.getenv("MQHA_PASSWORD"));
    try (Connection connection = factory.createConnection()) {
      connection.start();
      int count = Integer.parseInt(args[2]);
      if (args[0].equals("send")) send(connection, args[1], count);
      else receive(connection, args[1], count);
    }
  }

  /** Where the cluster has {@code tls: true}, brokers are known by its authority. */
  private static ActiveMQConnectionFactory factory(String url) throws Exception {
    String authority = System.getenv("MQHA_CA_FILE");
    if (authority == null) return new ActiveMQConnectionFactory(url);
    var factory = new ActiveMQSslConnectionFactory(url);
    factory.setKeyAndTrustManagers(
        Pem.keys(System.getenv("MQHA_CERTIFICATE_FILE"), System.getenv("MQHA_KEY_FILE")),
        Pem.trusted(authority),
        null);
    return factory;
  }

  private static void send(Connection connection, String queue, int count) throws JMSException {
    Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
    MessageProducer producer = session.createProducer(session.createQueue(queue));
    String run = UUID.randomUUID().toString().substring(0, 8);
    for (int number = 1; number <= count; number++) {
      String body = run + "-" + number;
      // Persistent by default, so it returns when the broker has acknowledged the message.
      producer.send(session.createTextMessage(body));
      System.out.println(body);
    }
    System.err.printf("sent %d, each acknowledged%n", count);
  }

  private static void receive(Connection connection, String queue, int count) throws JMSException {
    Session session = connection.createSession(false, Session.CLIENT_ACKNOWLEDGE);
    MessageConsumer consumer = session.createConsumer(session.createQueue(queue));
    Set<String> seen = new HashSet<>();
    int duplicates = 0;
    while (seen.size() < count) {
      Message message = consumer.receive(PATIENCE_MS);
      if (message == null) throw new JMSException("only " + seen.size() + " messages came");
      String body = message.getBody(String.class);
      // What was not acknowledged before a failover comes again.
      if (seen.add(body)) System.out.println(body);
      else duplicates++;
      message.acknowledge();
    }
    System.err.printf("received %d, and %d of them again%n", count, duplicates);
  }

  private Messages() {}
}
