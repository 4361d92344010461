import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON for the messages, with the standard library only: null, Boolean, Long or Double, String, List, Map.
 * Your port's codec has stricter rules (chapter 2) and must not use this.
 */
final class Json {
    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** Makes an object of names and values in turn. */
    static Map<String, Object> object(Object... members) {
        Map<String, Object> made = new LinkedHashMap<>();
        for (int place = 0; place < members.length; place += 2) {
            made.put((String) members[place], members[place + 1]);
        }
        return made;
    }

    /** The same object with one member more. */
    static Map<String, Object> with(Map<String, Object> object, String name, Object value) {
        Map<String, Object> made = new LinkedHashMap<>(object);
        made.put(name, value);
        return made;
    }

    /** The members of what has to be an object. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> members(Object value) {
        return (Map<String, Object>) value;
    }

    /** The items of what has to be an array. */
    @SuppressWarnings("unchecked")
    static List<Object> items(Object value) {
        return (List<Object>) value;
    }

    static String write(Object value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Object value, StringBuilder out) {
        if (value instanceof String string) {
            quote(string, out);
        } else if (value instanceof Map<?, ?> object) {
            String separator = "{";
            for (Map.Entry<?, ?> member : object.entrySet()) {
                out.append(separator);
                quote((String) member.getKey(), out);
                out.append(':');
                write(member.getValue(), out);
                separator = ",";
            }
            out.append(object.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> array) {
            String separator = "[";
            for (Object item : array) {
                out.append(separator);
                write(item, out);
                separator = ",";
            }
            out.append(array.isEmpty() ? "[]" : "]");
        } else {
            out.append(value); // null, a Boolean or a finite number
        }
    }

    private static void quote(String string, StringBuilder out) {
        out.append('"');
        for (char unit : string.toCharArray()) {
            if (unit == '"' || unit == '\\') {
                out.append('\\').append(unit);
            } else if (unit < ' ' || Character.isSurrogate(unit)) {
                out.append(String.format("\\u%04x", (int) unit));
            } else {
                out.append(unit);
            }
        }
        out.append('"');
    }

    static Object parse(String text) {
        Json parser = new Json(text);
        Object value = parser.value();
        parser.space();
        if (parser.at < text.length()) {
            throw new IllegalArgumentException("more than one value, at " + parser.at);
        }
        return value;
    }

    private void space() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean eat(char wanted) {
        space();
        if (at < text.length() && text.charAt(at) == wanted) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(char wanted) {
        if (!eat(wanted)) {
            throw new IllegalArgumentException("'" + wanted + "' expected at " + at);
        }
    }

    private Object value() {
        if (eat('{')) {
            Map<String, Object> members = new LinkedHashMap<>();
            if (!eat('}')) {
                do {
                    expect('"');
                    String name = string();
                    expect(':');
                    members.put(name, value());
                } while (eat(','));
                expect('}');
            }
            return members;
        }
        if (eat('[')) {
            List<Object> items = new ArrayList<>();
            if (!eat(']')) {
                do {
                    items.add(value());
                } while (eat(','));
                expect(']');
            }
            return items;
        }
        return eat('"') ? string() : scalar();
    }

    private Object scalar() {
        int start = at;
        while (at < text.length() && "{}[],: \t\n\r\"".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        return switch (word) {
            case "null" -> null;
            case "true" -> true;
            case "false" -> false;
            default -> word.matches("-?\\d{1,15}") ? (Object) Long.valueOf(word) : (Object) Double.valueOf(word);
        };
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        for (char unit = text.charAt(at++); unit != '"'; unit = text.charAt(at++)) {
            out.append(unit == '\\' ? escape() : unit);
        }
        return out.toString();
    }

    private char escape() {
        char kind = text.charAt(at++);
        switch (kind) {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u':
                at += 4;
                return (char) Integer.parseInt(text.substring(at - 4, at), 16);
            default: return kind;
        }
    }
}
