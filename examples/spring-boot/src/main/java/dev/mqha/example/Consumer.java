package dev.mqha.example;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.support.JmsHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.stereotype.Component;

/**
 * Takes messages off the queue. A message can come more than once: it was handled and the failover
 * came before the commit, or it was sent again because nobody knew whether it had arrived. So what
 * was handled is noted. An application with a database writes the key there, in the transaction
 * that does the work; this one remembers keys until it ends.
 */
@Component
class Consumer {

  private static final Logger log = LoggerFactory.getLogger(Consumer.class);

  /** What {@code GET /messages} answers. */
  record Received(int received, int duplicates, List<String> bodies) {}

  private final Set<String> keys = new HashSet<>();
  private final List<String> bodies = new ArrayList<>();
  private int duplicates;

  @JmsListener(destination = "${messages.queue}")
  synchronized void receive(
      String text,
      @Header(name = Producer.KEY, required = false) String key,
      @Header(JmsHeaders.MESSAGE_ID) String id) {
    // Other programs send to the queue as well, without a key.
    if (!keys.add(key != null ? key : id)) {
      duplicates++;
      return;
    }
    bodies.add(text);
    log.info("received: {}", text);
  }

  synchronized Received received() {
    return new Received(bodies.size(), duplicates, List.copyOf(bodies));
  }
}
